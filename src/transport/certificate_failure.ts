/**
 * Words for a certificate that is not accepted: what is wrong with it, its SHA-256, and how to find out whether it is
 * the gateway's own. Nothing here can be switched off; the way on is a pin that a person compared.
 */
import { ClawError } from "../errors.ts";
import type { PresentedCertificate } from "./certificate.ts";
import type { OpenFailureCause } from "./open_failure.ts";
import type { Pin } from "./way.ts";

/** What was seen at the port. */
export interface UntrustedSight {
  readonly certificate: PresentedCertificate;
  /** The TLS library's code for what is wrong: `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly problem: string;
  /** Epoch ms, to tell what has expired; 0 when nobody knows. */
  readonly nowMs: number;
  /** The context that a pin may be written into. */
  readonly context?: string | undefined;
  /** Whether it is the pinned one, and yet no chain could be made of it. */
  readonly isPinned: boolean;
}

/** Prints the fingerprint where OpenClaw keeps a certificate that it made itself. */
const lookOnHost = "openssl x509 -in ~/.openclaw/gateway/tls/gateway-cert.pem -noout -fingerprint -sha256";

/** The error for a certificate that is not the pinned one. */
export function changedCertificate(host: string, pin: Pin, certificate: PresentedCertificate): ClawError {
  const [expected, presented] = [pin.fingerprint, certificate.fingerprint];
  const message = `the certificate of ${host} is not the pinned one: it was rotated, or someone is between; ` +
    `expected SHA-256 ${expected} (${pin.from}), presented ${presented}`;
  return failure("tls-changed", message, certificate, {
    hint: `compare on the gateway host: ${lookOnHost}; only if that prints the presented one, ` +
      (pin.context === undefined ? "replace the pin" : `replace the pin: claw context trust ${pin.context} --replace`),
    details: { expectedFingerprint: expected },
  });
}

/** The error for a certificate that neither this machine nor a CA file vouches for. */
export function untrustedCertificate(host: string, sight: UntrustedSight): ClawError {
  const { certificate } = sight;
  const { cause, reason } = judgeCertificate(sight);
  const shown = certificate.fingerprint;
  const message = `the certificate of ${host} is not trusted: ${reason}; ${certificate.subject}, valid ` +
    `${dayOf(certificate.validFromMs)} to ${dayOf(certificate.validToMs)}, SHA-256 ${shown}`;
  const hint = cause === "tls-expired"
    ? "renew it on the gateway host, or mend the clock of this machine"
    : sight.isPinned
    ? "it is the pinned one, but not self-signed: give the certificate of its authority too, with --ca FILE"
    : `compare on the gateway host: ${lookOnHost}; only if they are equal: ` +
      (sight.context === undefined ? `--tls-fingerprint ${shown}` : `claw context trust ${sight.context}`);
  return failure(cause, message, certificate, { hint, details: { problem: sight.problem } });
}

/** What is wrong with it, the plainest thing first. */
function judgeCertificate({ certificate, problem, nowMs }: UntrustedSight): {
  readonly cause: OpenFailureCause;
  readonly reason: string;
} {
  const { validFromMs, validToMs, names, isSelfIssued } = certificate;
  if (problem === "CERT_HAS_EXPIRED" || (nowMs > 0 && nowMs > validToMs)) {
    return { cause: "tls-expired", reason: `it expired on ${dayOf(validToMs)}` };
  }
  if (problem === "CERT_NOT_YET_VALID" || (nowMs > 0 && nowMs < validFromMs)) {
    return { cause: "tls-expired", reason: `it is not valid before ${dayOf(validFromMs)}` };
  }
  if (problem === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return { cause: "tls-wrong-host", reason: `it is for another host (${names || "it names none"})` };
  }
  return { cause: "tls-untrusted", reason: isSelfIssued ? "it is self-signed" : `nobody known signed it (${problem})` };
}

function failure(
  cause: OpenFailureCause,
  message: string,
  { fingerprint, subject, validFromMs, validToMs }: PresentedCertificate,
  { hint, details }: { readonly hint: string; readonly details: Readonly<Record<string, string>> },
): ClawError {
  const facts = { fingerprint, subject, validFromMs, validToMs };
  return new ClawError("net/tls", message, { hint, details: { cause, ...facts, ...details } });
}

function dayOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : "an unknown day";
}
