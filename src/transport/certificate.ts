/**
 * A certificate that a server presented, as far as people must judge it: what it is called, how long it is valid, and
 * its SHA-256. Taken from a TLS socket; nothing here decides whom to trust.
 */
import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";

export interface PresentedCertificate {
  /** SHA-256 as openssl and OpenClaw's log print it: `2B:50:48:…`. */
  readonly fingerprint: string;
  /** `CN=openclaw-gateway`; text from afar, cut to a bearable length. */
  readonly subject: string;
  readonly isSelfIssued: boolean;
  /** What it is for: `DNS:gateway.example, IP Address:192.0.2.1`. */
  readonly names: string;
  /** Epoch ms. */
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly pem: string;
}

const longestName = 120;

/** The certificate of the other end; undefined when it presented none. */
export function presentedCertificate(socket: TLSSocket): PresentedCertificate | undefined {
  const peer: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(false);
  return peer.raw === undefined ? undefined : describe(new X509Certificate(peer.raw));
}

function describe(certificate: X509Certificate): PresentedCertificate {
  const { subject, issuer, subjectAltName = "", validFrom, validTo, fingerprint256 } = certificate;
  return {
    fingerprint: fingerprint256,
    subject: cut(subject.split("\n").join(", ")),
    isSelfIssued: subject === issuer,
    names: cut(subjectAltName),
    validFromMs: Date.parse(validFrom),
    validToMs: Date.parse(validTo),
    pem: certificate.toString(),
  };
}

function cut(text: string): string {
  return text.length > longestName ? `${text.slice(0, longestName)}…` : text;
}
