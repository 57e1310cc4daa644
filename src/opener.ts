/**
 * How a run opens connections: the way to the gateway that its settings describe, and the trace of every frame where
 * one is wanted. Apart from `context.ts`, which says when.
 */
import type { Voice } from "./cli/voice.ts";
import { traceTransport } from "./client/trace.ts";
import { asClawError } from "./errors.ts";
import { openAppender } from "./platform/files.ts";
import type { World } from "./platform/world.ts";
import { localContext } from "./settings/schema.ts";
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
  readonly onStep?: ((step: OpenStep) => void) | undefined;
}

/** @throws ClawError `store/io` when the trace's file cannot be opened */
export function createOpener(options: OpenerOptions): (signal: AbortSignal) => Promise<Transport> {
  const { settings: { endpoint, traceFile }, world: { clock } } = options;
  const url = new URL(endpoint.value.url);
  const route = createRoute(options);
  const open = (signal: AbortSignal) => route.open(signal, (way) => openBy(options, url, way, signal));
  if (traceFile === undefined) return open;
  const write = traceInto(traceFile.value, options);
  return async (signal) => traceTransport(await open(signal), clock, write);
}

/** Goes the way to the gateway: directly, or from another machine by ssh. */
export interface Route {
  open(signal: AbortSignal, open: (way: Way) => Promise<Transport>): Promise<Transport>;
  /** For what opens no connection of WebSocket. */
  through<T>(signal: AbortSignal, use: (way: Way) => Promise<T>): Promise<T>;
}

export function createRoute(options: OpenerOptions): Route {
  const { settings: { endpoint: { value: endpoint }, timeoutMs } } = options;
  const way = wayTo(options);
  const hop = endpoint.ssh;
  if (hop === undefined) return { open: (_, open) => open(way), through: (_, use) => use(way) };
  const load = async () => {
    const { SshRoute } = await import("./ssh_route.ts");
    return new SshRoute({ ...options, endpoint, hop, connectMs: timeoutMs.value });
  };
  let loading: ReturnType<typeof load> | undefined;
  const ssh = () => (loading ??= load());
  return {
    open: async (signal, open) => await (await ssh()).open(signal, (entrance) => open({ ...way, entrance })),
    through: async (signal, use) => await (await ssh()).through(signal, (entrance) => use({ ...way, entrance })),
  };
}

async function openBy({ onStep }: OpenerOptions, url: URL, way: Way, signal: AbortSignal): Promise<Transport> {
  if (onStep === undefined) return await openWebSocket(url, signal, way);
  const { openGuarded } = await import("./transport/guarded_dial.ts");
  return await openGuarded(url, way, signal, onStep);
}

function wayTo({ settings, world: { clock, ids }, voice }: OpenerOptions): Way {
  const { tlsFingerprint, ca, proxy } = settings;
  const authorization = proxy?.value.kind === "proxy" ? proxy.value.authorization?.reveal() : undefined;
  if (authorization !== undefined) voice.hide(authorization);
  // The local one has no file that could hold a pin.
  const context = settings.context?.value === localContext ? undefined : settings.context?.value;
  const isFiled = tlsFingerprint?.origin.kind === "claw-config";
  return {
    pin: tlsFingerprint && {
      fingerprint: tlsFingerprint.value,
      from: tlsFingerprint.origin.name,
      context: isFiled ? context : undefined,
    },
    context,
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
