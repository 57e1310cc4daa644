/**
 * SHA-256 without waiting, for what must be known at once, such as where in its window a cron job fires. Keys and
 * proofs use WebCrypto, in `identity`.
 */
import { createHash } from "node:crypto";

/** The 32 bytes of a text's digest, in UTF-8. */
export function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
