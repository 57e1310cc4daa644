/**
 * How a paired device asks for more over a connection that stands (2026.9.6): by a request and an answer that comes when
 * somebody decided. Who is approved loses the token that it had at once, and the new one is told to nobody but who waits.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Method } from "../protocol/mod.ts";

/** What both calls take. */
export interface UpgradeWish {
  readonly connection: Connection;
  /** All that the device shall have, what it has included. */
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/** How it ended; `lost` means that no answer came, or none that tells: nobody here knows. */
export type UpgradeEnd =
  | { readonly kind: "approved"; readonly token: string; readonly scopes: readonly string[] }
  | { readonly kind: "rejected" | "expired" | "late" }
  | { readonly kind: "lost"; readonly error: ClawError };

/** A request lives for five minutes from when it was last made. */
const repeatMs = 60_000;

const calls: readonly Method[] = ["device.scopes.requestUpgrade", "device.scopes.waitUpgrade"];

/** Whether the gateway takes such requests. */
export function takesUpgrades({ handshake }: Connection): boolean {
  return calls.every((name) => handshake.hello.features.methods.includes(name));
}

/** Files the request, or finds the one with the same wish. @returns its id @throws ClawError as `Connection.call` */
export async function requestUpgrade({ connection, scopes, signal }: UpgradeWish): Promise<string> {
  const { requestId } = await connection.call("device.scopes.requestUpgrade", { scopes: [...scopes] }, signal);
  return requestId;
}

/**
 * Waits for the decision, and keeps the request alive meanwhile.
 * @throws the signal's reason
 */
export async function awaitUpgrade(
  wish: UpgradeWish & { readonly requestId: string; readonly limitMs: number; readonly clock: Clock },
): Promise<UpgradeEnd> {
  const { connection, requestId, clock, limitMs, signal } = wish;
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  let isLate = false;
  const disarm = clock.after(limitMs, () => {
    isLate = true;
    over.abort();
  });
  void keepAlive({ ...wish, signal: both });
  try {
    const { status, deviceToken, scopes } = await connection.call("device.scopes.waitUpgrade", { requestId }, both);
    if (status !== "approved") return { kind: status };
    if (deviceToken !== undefined) return { kind: "approved", token: deviceToken, scopes: scopes ?? wish.scopes };
    const message = "the gateway approved it, but kept the new token back";
    return { kind: "lost", error: new ClawError("net/unanswered", message) };
  } catch (thrown) {
    signal.throwIfAborted();
    if (isLate) return { kind: "late" };
    return { kind: "lost", error: asClawError(thrown) };
  } finally {
    disarm();
    over.abort();
  }
}

/** Ends without a word: what there is to say, the answer that is waited for says. */
async function keepAlive(wish: UpgradeWish & { readonly clock: Clock }): Promise<void> {
  try {
    for (;;) {
      await wish.clock.sleep(repeatMs, wish.signal);
      await requestUpgrade(wish);
    }
  } catch {
    // The wait is over, or the connection.
  }
}
