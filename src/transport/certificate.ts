/**
 * A certificate that a server presented, as far as people must judge it: what it is called, how long it is valid, and
 * its SHA-256. Taken from a TLS socket; nothing here decides whom to trust.
 */
import type { PeerCertificate, TLSSocket } from "node:tls";

export interface PresentedCertificate {
  /** SHA-256 as openssl and OpenClaw's log print it: `2B:50:48:…`. */
  readonly fingerprint: string;
  /** `CN=openclaw-gateway`; text from afar, cut to a bearable length, and nothing in it that looks like a fingerprint. */
  readonly subject: string;
  readonly isSelfIssued: boolean;
  /** What it is for: `DNS:gateway.example, IP Address:192.0.2.1`; as `subject` is. */
  readonly names: string;
  /** Epoch ms. */
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly pem: string;
}

const longestName = 120;

/** The certificate of the other end; undefined when it presented none. */
export function presentedCertificate(socket: TLSSocket): PresentedCertificate | undefined {
  const peer: Partial<PeerCertificate> = socket.getPeerCertificate(false);
  return peer.raw === undefined ? undefined : describe(peer as PeerCertificate);
}

function describe(peer: PeerCertificate): PresentedCertificate {
  const subject = nameOf(peer.subject);
  return {
    fingerprint: peer.fingerprint256,
    subject: shown(subject),
    isSelfIssued: subject === nameOf(peer.issuer),
    names: shown(peer.subjectaltname ?? ""),
    validFromMs: Date.parse(peer.valid_from),
    validToMs: Date.parse(peer.valid_to),
    pem: pemOf(peer.raw),
  };
}

function nameOf(name: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(name ?? {}).map(([key, value]) => `${key}=${value}`).join(", ");
}

function pemOf(der: Uint8Array): string {
  const lines = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join("")).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** Who is between might call itself by the fingerprint that a person is about to compare with. */
function shown(text: string): string {
  const plain = text.replace(/[0-9a-f]{2}(?:[^0-9a-z]{0,3}[0-9a-f]{2}){19,}/gi, "…");
  return plain.length > longestName ? `${plain.slice(0, longestName)}…` : plain;
}
