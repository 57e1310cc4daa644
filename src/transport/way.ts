/**
 * How a gateway is reached when the runtime's own WebSocket will not do: a certificate that is pinned, a certificate
 * authority of one's own. Only data; `guarded_dial.ts` goes that way.
 */

/** The one certificate that is accepted. */
export interface Pin {
  /** SHA-256 of the certificate, as openssl prints it: `2B:50:48:…`. */
  readonly fingerprint: string;
  /** Where it was given, for people: `--tls-fingerprint`. */
  readonly from: string;
}

export interface Way {
  /** Replaces the check of chain and name. */
  readonly pin?: Pin | undefined;
  /** PEM certificates that are trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Epoch ms. */
  now(): number;
  /** Unpredictable bytes. */
  randomBytes(length: number): Uint8Array;
}
