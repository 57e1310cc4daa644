/**
 * From an address to a connection: open, shake hands, and try again where trying again is known to help (`retry.ts`).
 * It judges no addresses (`settings/endpoint.ts` did) and touches no disk. Next on the path: `handshake.ts`.
 */
import { asClawError, ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids, Os } from "../platform/world.ts";
import type { Transport } from "../transport/transport.ts";
import { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import { handshake } from "./handshake.ts";
import { isRefusedForNow, maxDrops, retryDelay, type RetryState } from "./retry.ts";

/** Where credentials come from, and what may replace a refused one. Both are called with no socket open. */
export interface CredentialSource {
  first(): Promise<Credentials>;
  /** Another credential to try after this failure, or undefined. Not asked again once it gave one. */
  afterRefusal(error: ClawError): Promise<Credentials | undefined>;
}

export interface DialOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly os: Os;
  /** Aborted with `net/timeout` when the time is over. */
  readonly signal: AbortSignal;
  /** How long to go on while nobody listens, in ms. */
  readonly retryMs: number;
  /** `once`: every failure stands, as whoever dials waits and tries again by itself; else as `retry.ts` says. */
  readonly tries?: "once" | "again" | undefined;
  /** Opens a transport; the composition root names the address and adds the trace. */
  readonly open: (signal: AbortSignal) => Promise<Transport>;
  /** Told of each wait before another attempt. */
  readonly onRetry?: (error: ClawError, delayMs: number) => void;
}

/** How far an attempt came; decides what running out of time means. */
type Phase = "opening" | "handshake";

/**
 * Connects.
 * @throws ClawError `net/*`, `protocol/*`, `auth/*` or `gateway/*`, that of the last attempt; `interrupted`
 */
export async function dial(source: CredentialSource, options: DialOptions): Promise<Connection> {
  const { clock, ids, signal } = options;
  const startedAt = clock.elapsed();
  const state: RetryState = { drops: 0, refusals: 0, absences: 0 };
  let credentials = await source.first();
  let hasFallenBack = false;
  let previous: ClawError | undefined;
  for (;;) {
    const error = await attempt(credentials, options);
    if (error instanceof Connection) return error;
    const replacement = hasFallenBack ? undefined : await source.afterRefusal(error);
    if (replacement !== undefined) {
      credentials = replacement;
      hasFallenBack = true;
      continue;
    }
    const waitsForGateway = clock.elapsed() - startedAt < options.retryMs;
    const delayMs = options.tries === "once" ? undefined : retryDelay(error, state, ids.random, waitsForGateway);
    if (delayMs === undefined) throw explain(error, state, previous);
    previous = error;
    options.onRetry?.(error, delayMs);
    await clock.sleep(delayMs, signal).catch((reason: unknown) => {
      // The reason for waiting says more than that the wait was too long.
      throw asClawError(reason).code === "net/timeout" ? explain(error, state, undefined) : reason;
    });
  }
}

async function attempt(credentials: Credentials, options: DialOptions): Promise<Connection | ClawError> {
  const { clock, signal } = options;
  const startedAt = clock.elapsed();
  let phase: Phase = "opening";
  let transport: Transport | undefined;
  try {
    transport = await options.open(signal);
    phase = "handshake";
    const openMs = clock.elapsed() - startedAt;
    return new Connection(transport, await handshake(transport, credentials, options), openMs);
  } catch (thrown) {
    transport?.close(1000);
    const error = asClawError(thrown);
    if (error.code === "interrupted") throw error;
    return error.code === "net/timeout" ? timeoutIn(phase) : error;
  }
}

function timeoutIn(phase: Phase): ClawError {
  return phase === "opening"
    ? new ClawError("net/timeout", "the gateway did not accept a connection in time", { details: { phase } })
    : new ClawError("net/timeout", "the gateway accepted the connection, but did not finish the handshake in time", {
      details: { phase },
      hint: "its event loop may be busy: give it more time with --timeout 60s",
    });
}

/** The last error in the light of those before it. */
function explain(error: ClawError, state: RetryState, previous: ClawError | undefined): ClawError {
  if (error.code === "net/closed" && state.drops >= maxDrops) {
    return new ClawError("net/closed", `the gateway dropped the handshake ${state.drops} times: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      details: { ...error.details, attempts: state.drops },
      cause: error,
    });
  }
  const isLate = error.code === "net/timeout" || error.code === "protocol/no-challenge";
  if (!isLate || previous === undefined) return error;
  // What the gateway said of itself does not depend on where in an attempt the time was over.
  if (isRefusedForNow(previous)) return previous;
  return new ClawError("net/timeout", `${error.message} (the attempt before: ${previous.message})`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, before: previous.code },
    cause: previous,
  });
}
