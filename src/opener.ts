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
import type { OpenStep } from "./transport/guarded_dial.ts";
import type { Transport } from "./transport/transport.ts";
import { openWebSocket } from "./transport/web_socket.ts";
import type { Way } from "./transport/way.ts";

export interface OpenerOptions {
  readonly settings: Settings;
  readonly world: Pick<World, "clock" | "ids" | "os" | "env" | "stdin" | "stderr">;
  readonly voice: Pick<Voice, "say" | "hide" | "mask">;
  /** What a person does meanwhile takes none of the run's time. */
  readonly pause: <T>(work: () => Promise<T>) => Promise<T>;
  /** Closed when the run ends. */
  readonly doors: Set<() => void | Promise<void>>;
  /** Told of each step of an opening that is done; claw then opens every connection over a socket of its own. */
  readonly onStep?: (step: OpenStep) => void;
}

/** @throws ClawError `store/io` when the trace's file cannot be opened */
export function createOpener(options: OpenerOptions): (signal: AbortSignal) => Promise<Transport> {
  const { settings: { traceFile }, world: { clock } } = options;
  const open = openOn(options);
  if (traceFile === undefined) return open;
  const write = traceInto(traceFile.value, options);
  return async (signal) => traceTransport(await open(signal), clock, write);
}

/** Directly, or from another machine by ssh. */
function openOn(options: OpenerOptions): (signal: AbortSignal) => Promise<Transport> {
  const { settings: { endpoint: { value: endpoint }, timeoutMs } } = options;
  const url = new URL(endpoint.url);
  const way = wayTo(options);
  const hop = endpoint.ssh;
  if (hop === undefined) return (signal) => openBy(options, url, way, signal);
  const load = async () => {
    const { SshRoute } = await import("./ssh_route.ts");
    return new SshRoute({ ...options, endpoint, hop, connectMs: timeoutMs.value });
  };
  let route: ReturnType<typeof load> | undefined;
  return async (signal) => {
    const ssh = await (route ??= load());
    return await ssh.open(signal, (entrance) => openBy(options, url, { ...way, entrance }, signal));
  };
}

async function openBy({ onStep }: OpenerOptions, url: URL, way: Way, signal: AbortSignal): Promise<Transport> {
  if (onStep === undefined) return await openWebSocket(url, signal, way);
  const { openGuarded } = await import("./transport/guarded_dial.ts");
  return await openGuarded(url, way, signal, onStep);
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
