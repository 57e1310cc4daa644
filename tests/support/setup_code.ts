/**
 * Setup codes as gateways write them.
 */
import { toBase64url } from "../../src/identity/keypair.ts";

export function codeOf(payload: unknown): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(payload)));
}
