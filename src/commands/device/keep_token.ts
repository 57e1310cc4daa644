/**
 * Storing this device's new token, once the old one has ended.
 */
import type { Gateway, IssuedToken } from "../../cli/context.ts";
import { asClawError, ClawError } from "../../errors.ts";

/**
 * Stores it.
 * @param done what the gateway has done already, e.g. `the token is rotated`
 * @throws ClawError `store/io` and the like, with what is done and the way to get the token anew
 */
export function keepToken(gateway: Gateway, issued: IssuedToken, done: string): void {
  try {
    gateway.keepToken(issued);
  } catch (thrown) {
    const { code, message, hint, details } = asClawError(thrown);
    throw new ClawError(code, `${done}, but the new token could not be stored: ${message}`, {
      hint: `${hint === undefined ? "" : `${hint}; then `}connect once with the gateway's token: --token-file FILE`,
      details,
      cause: thrown,
    });
  }
}
