/**
 * SHA-256 fingerprints of certificates as people copy them: from openssl (`sha256 Fingerprint=2B:50:…`), from OpenClaw's
 * log and configuration (`sha256:2b50…`), from a browser (`2b 50 …`). All are one and the same 64 hex digits.
 */
import { invalid, type Origin } from "./origin.ts";

const forms = "write the SHA-256 of the certificate: 64 hex digits, with or without colons";

/**
 * Reads a fingerprint. @returns it as openssl prints it: `2B:50:48:…`
 * @throws ClawError `usage/bad-flag` or `config/invalid`
 */
export function parseFingerprint(text: string, origin: Origin): string {
  const digits = text.trim().replace(/^sha-?256(\s+fingerprint)?\s*[:=]?\s*/i, "").replace(/[:\s-]/g, "").toUpperCase();
  if (/^[0-9A-F]{64}$/.test(digits)) return (digits.match(/../g) ?? []).join(":");
  const isOther = /^[0-9A-F]{40}$/.test(digits);
  throw invalid(origin, isOther ? "this is a SHA-1, not a SHA-256" : "this is not a SHA-256 fingerprint", forms);
}
