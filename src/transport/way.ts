/**
 * How a gateway is reached when the runtime's own WebSocket will not do: a certificate that is pinned, a certificate
 * authority of one's own, a proxy, a tunnel. Only data; `guarded_dial.ts` goes that way.
 */

/** The one certificate that is accepted. */
export interface Pin {
  /** SHA-256 of the certificate, as openssl prints it: `2B:50:48:…`. */
  readonly fingerprint: string;
  /** Where it was given, for people: `--tls-fingerprint`. */
  readonly from: string;
  /** The context that it belongs to. */
  readonly context?: string | undefined;
}

/** An HTTP proxy. */
export interface ProxyAddress {
  /** As node:net takes it: IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization; a secret. */
  readonly authorization?: string | undefined;
  /** Its URL for people, without user and password. */
  readonly shown: string;
  /** Where it was given, for people: `HTTPS_PROXY`. */
  readonly from: string;
}

/** Where this machine goes into a tunnel that is open already: a Unix socket, or a port of its own. */
export type Entrance = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Way {
  /** Replaces the check of chain and name. */
  readonly pin?: Pin | undefined;
  /** The context that a pin may be written into, where one is in force. */
  readonly context?: string | undefined;
  /** PEM certificates that are trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Left out: a direct connection. */
  readonly proxy?: ProxyAddress | undefined;
  /** A tunnel that leads to the URL's host and port; excludes a proxy. */
  readonly entrance?: Entrance | undefined;
  /** Epoch ms. */
  now(): number;
  /** Unpredictable bytes. */
  randomBytes(length: number): Uint8Array;
}
