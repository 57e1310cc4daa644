/**
 * How a run opens connections: the way to the gateway that its settings describe, and the trace of every frame where
 * one is wanted. Apart from `context.ts`, which says when.
 */
import type { Voice } from "./cli/voice.ts";
import { traceTransport } from "./client/trace.ts";
import { asClawError } from "./errors.ts";
import { openAppender } from "./platform/files.ts";
import type { World } from "./platform/world.ts";
import type { Settings } from "./settings/resolve.ts";
import type { Transport } from "./transport/transport.ts";
import { openWebSocket } from "./transport/web_socket.ts";
import type { Way } from "./transport/way.ts";

export interface OpenerOptions {
  readonly settings: Settings;
  readonly world: Pick<World, "clock" | "ids">;
  readonly voice: Pick<Voice, "say" | "hide" | "mask">;
  /** Closed when the run ends. */
  readonly doors: Set<() => void | Promise<void>>;
}

/** @throws ClawError `store/io` when the trace's file cannot be opened */
export function createOpener(options: OpenerOptions): (signal: AbortSignal) => Promise<Transport> {
  const { settings: { endpoint, traceFile }, world: { clock } } = options;
  const url = new URL(endpoint.value.url);
  const way = wayTo(options);
  if (traceFile === undefined) return (signal) => openWebSocket(url, signal, way);
  const write = traceInto(traceFile.value, options);
  return async (signal) => traceTransport(await openWebSocket(url, signal, way), clock, write);
}

function wayTo({ settings: { tlsFingerprint, ca, proxy }, world: { clock, ids }, voice }: OpenerOptions): Way {
  const authorization = proxy?.value.kind === "proxy" ? proxy.value.authorization?.reveal() : undefined;
  if (authorization !== undefined) voice.hide(authorization);
  return {
    pin: tlsFingerprint && { fingerprint: tlsFingerprint.value, from: tlsFingerprint.origin.name },
    ca: ca?.value.pem,
    proxy: proxy?.value.kind === "proxy" ? { ...proxy.value, authorization, from: proxy.origin.name } : undefined,
    now: () => clock.now(),
    randomBytes: (length) => ids.bytes(length),
  };
}

/** A trace that cannot go on ends with a word: it must not decide what becomes of a request. */
function traceInto(path: string, { doors, voice }: OpenerOptions): (line: string) => void {
  const trace = openAppender(path);
  let isOpen = true;
  doors.add(() => {
    isOpen = false;
    trace[Symbol.dispose]();
  });
  return (line) => {
    if (!isOpen) return;
    try {
      trace.append(`${voice.mask(line)}\n`);
    } catch (thrown) {
      isOpen = false;
      voice.say("warning", `the trace ends here: ${asClawError(thrown).message}`);
    }
  };
}
