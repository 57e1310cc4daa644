/**
 * Whether a gateway is there, and how fast it answers: opens, waits for its challenge, and leaves. Nothing is sent, no
 * credential and no frame, so that any gateway may be asked. Who wants to come in: `dial.ts`.
 */
import { asClawError, ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Transport } from "../transport/transport.ts";
import { awaitChallenge } from "./handshake.ts";

/** How long each step took. */
export interface Knock {
  readonly openMs: number;
  readonly challengeMs: number;
}

/**
 * @param signal when it aborts with `net/timeout`, the error's code says in which step
 * @throws ClawError `net/*`, `protocol/*`; `interrupted`
 */
export async function knock(
  open: (signal: AbortSignal) => Promise<Transport>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Knock> {
  const startedAt = clock.elapsed();
  let transport: Transport | undefined;
  try {
    transport = await open(signal);
    const openedAt = clock.elapsed();
    await awaitChallenge(transport, signal);
    return { openMs: openedAt - startedAt, challengeMs: clock.elapsed() - openedAt };
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code !== "net/timeout" || transport !== undefined) throw error;
    throw new ClawError("net/timeout", "the gateway did not accept a connection in time", { cause: error });
  } finally {
    transport?.close(1000);
  }
}
