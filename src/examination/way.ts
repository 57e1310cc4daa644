/**
 * Goes the way to a gateway once, step by step, and notes how far it came: the probing half of `claw doctor`, `ping` and
 * `check`. It judges nothing (`doctor/judge.ts` does) and tries nothing twice. Next: `client/handshake.ts`.
 */
import type { Going } from "../cli/doctor.ts";
import { Connection } from "../client/connection.ts";
import type { Credentials } from "../client/credentials.ts";
import { handshake } from "../client/handshake.ts";
import type { Failure, Hello, Login, Report, Way, WayStep } from "../doctor/evidence.ts";
import { asClawError, ClawError } from "../errors.ts";
import type { World } from "../platform/world.ts";
import { decodeFrame, type Frame, type Message } from "../protocol/mod.ts";
import type { OpenStep } from "../transport/guarded_dial.ts";
import type { Transport } from "../transport/transport.ts";
import { readReport } from "./report.ts";
import { TrafficCount } from "./traffic.ts";

/** What is to be presented, or why nothing is. */
export interface Presented {
  readonly login: Login;
  readonly credentials: Credentials | ClawError;
}

export interface WayOptions extends Going {
  readonly world: Pick<World, "clock" | "os">;
  readonly signal: () => AbortSignal;
  readonly isName: boolean;
  readonly isTls: boolean;
  open(signal: AbortSignal, onStep: (step: OpenStep) => void): Promise<Transport>;
  present(): Promise<Presented>;
  /** Asks the gateway's plain pages, when it did not say what is wrong. */
  lookAtHttp(): Promise<Way["http"]>;
}

/** A gateway may say much; what it is about stands first. */
const mostSaid = 1_000;

/** What is known so far. */
class Notes {
  readonly tookMs: Partial<Record<WayStep, number>> = {};
  readonly #clock: World["clock"];
  readonly startedAt: number;
  stepAt: number;
  openedAt: number | undefined;
  step: WayStep = "tcp";
  lastError: Way["lastError"];
  closed: Way["closed"];
  traffic: TrafficCount | undefined;
  isOurClose = false;

  constructor(clock: World["clock"]) {
    this.#clock = clock;
    this.startedAt = this.stepAt = clock.elapsed();
  }

  done(step: WayStep, next: WayStep): void {
    const now = this.#clock.elapsed();
    this.tookMs[step] = round(now - this.stepAt);
    this.stepAt = now;
    this.step = next;
    if (step === "tcp") this.openedAt = now;
  }

  get stepMs(): number {
    return round(this.#clock.elapsed() - this.stepAt);
  }

  get sinceOpenMs(): number | undefined {
    return this.openedAt === undefined ? undefined : round(this.#clock.elapsed() - this.openedAt);
  }
}

/** @throws ClawError `interrupted`, and what `use` throws */
export async function goWay(options: WayOptions): Promise<Way> {
  const { world: { clock } } = options;
  const notes = new Notes(clock);
  notes.step = options.isName ? "dns" : "tcp";
  const { login, credentials } = await options.present();
  const sofar = { login, hello: undefined, report: undefined, http: undefined };
  let transport: Transport | undefined;
  try {
    const opened = await open(options, notes);
    transport = watch(opened, notes, options);
    if (credentials instanceof ClawError) {
      await awaitChallenge(transport, notes, options.signal());
      return wayOf(notes, { ...sofar, failed: failureAt(notes, credentials, true) });
    }
    const shaken = await handshake(transport, credentials, { ...options.world, signal: options.signal() });
    notes.traffic = new TrafficCount(shaken.protocol);
    const connection = new Connection(transport, shaken, 0);
    const hello = helloOf(connection, notes);
    return await useConnection(connection, options, notes, { ...sofar, hello });
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code === "interrupted" || isForeign.has(error)) throw error;
    const failed = failureAt(notes, error, false);
    const http = isMute(error) ? await options.lookAtHttp() : undefined;
    return wayOf(notes, { ...sofar, failed, http });
  } finally {
    notes.isOurClose = true;
    transport?.close(1000);
  }
}

/** What `use` threw: none of the way's own failures. */
const isForeign = new WeakSet<ClawError>();

async function open({ open, signal, isTls }: WayOptions, notes: Notes): Promise<Transport> {
  const following: Readonly<Record<OpenStep, WayStep>> = {
    dns: "tcp",
    tcp: isTls ? "tls" : "upgrade",
    tls: "upgrade",
    upgrade: "challenge",
  };
  return await open(signal(), (step) => notes.done(step, following[step]));
}

/** Which step an opening failed in: what stood in the way tells more than how far it had come. */
const stepOfCause: Readonly<Record<string, WayStep>> = {
  "dns": "dns",
  "refused": "tcp",
  "proxy": "tcp",
  "ssh": "tcp",
  "tls-untrusted": "tls",
  "tls-expired": "tls",
  "tls-wrong-host": "tls",
  "tls-changed": "tls",
  "tls-unwanted": "tls",
  "tls-wanted": "upgrade",
  "http-status": "upgrade",
  "not-http": "upgrade",
  "not-websocket": "upgrade",
};

function failureAt(notes: Notes, error: ClawError, isForeknown: boolean): NonNullable<Way["failed"]> {
  const step = isOpening(notes.step)
    ? stepOfCause[String(error.details["cause"])] ?? notes.step
    // Nothing was sent yet, and nothing was to be kept back: what came as the challenge was none.
    : notes.step === "connect" && !isForeknown
    ? "challenge"
    : notes.step;
  return { step, error: plain(error), ms: notes.stepMs, sinceOpenMs: notes.sinceOpenMs, isForeknown };
}

function isOpening(step: WayStep): boolean {
  return ["dns", "tcp", "tls", "upgrade"].includes(step);
}

function plain({ code, message, hint, details }: ClawError): Failure {
  return { code, message, hint, details };
}

/** A failure that names no cause, while the connection stood. */
function isMute(error: ClawError): boolean {
  return error.code === "protocol/no-challenge" || error.code === "net/timeout" ||
    error.details["httpStatus"] === 503;
}

/** Waits for the challenge alone, since nothing will be presented. */
async function awaitChallenge(transport: Transport, notes: Notes, signal: AbortSignal): Promise<void> {
  if (await transport.receive(signal) !== undefined) return;
  const { code, reason } = await transport.closed;
  notes.closed = { code, reason };
  throw new ClawError("net/closed", `the gateway hung up before its challenge (close ${code})`, {
    details: { phase: "challenge", closeCode: code, closeReason: reason },
  });
}

function watch(transport: Transport, notes: Notes, { onFrame, world: { clock } }: WayOptions): Transport {
  const t = () => round(clock.elapsed() - notes.startedAt);
  void transport.closed.then((close) => {
    if (!notes.isOurClose) notes.closed = close;
    onFrame?.({ t: t(), dir: "in", close });
  });
  return {
    send(text) {
      if (notes.step === "connect") notes.done("connect", "hello");
      onFrame?.({ t: t(), dir: "out", frame: decoded(text) });
      transport.send(text);
    },
    async receive(signal) {
      const message = await transport.receive(signal);
      const frame = message === undefined ? undefined : decoded(message);
      if (message !== undefined) {
        onFrame?.({ t: t(), dir: "in", frame: frame ?? `(${message.length} that are no frame)` });
      }
      if (frame !== undefined) notes.traffic?.hear(frame);
      if (isChallenge(frame) && notes.step === "challenge") notes.done("challenge", "connect");
      if (frame?.type === "res" && !frame.ok) notes.lastError = errorOf(frame);
      // What the gateway said last comes before what it closed with.
      if (message === undefined && !notes.isOurClose) notes.closed = await transport.closed;
      return message;
    },
    close: (code, reason) => transport.close(code, reason),
    closed: transport.closed,
  };
}

function isChallenge(frame: Frame | undefined): boolean {
  return frame?.type === "event" && frame.event === "connect.challenge";
}

function decoded(message: Message): Frame | undefined {
  try {
    return decodeFrame(message);
  } catch {
    return undefined;
  }
}

function errorOf({ error }: Extract<Frame, { type: "res" }>): NonNullable<Way["lastError"]> {
  const { code = "", message = "", details } = error ?? {};
  const named = typeof details === "object" && details !== null && "code" in details ? String(details.code) : undefined;
  return { code: (named ?? code).slice(0, mostSaid), message: message.slice(0, mostSaid) };
}

function helloOf({ handshake: { hello, protocol, challengedAt } }: Connection, notes: Notes): Hello {
  notes.done("hello", "read call");
  const { uptimeMs } = hello.snapshot;
  // TCP's opening takes one round trip, the challenge half of one.
  const wayMs = (notes.tookMs.tcp ?? 0) / 2;
  return {
    version: hello.server.version.slice(0, mostSaid),
    protocol,
    scopes: hello.auth?.scopes ?? [],
    methods: hello.features.methods,
    uptimeMs: typeof uptimeMs === "number" ? uptimeMs : undefined,
    skewMs: Math.round(challengedAt.localMs - challengedAt.gatewayMs - wayMs),
  };
}

type Sofar = Pick<Way, "login" | "hello" | "report" | "http">;

async function useConnection(connection: Connection, options: WayOptions, notes: Notes, sofar: Sofar): Promise<Way> {
  const { use, world: { clock }, signal } = options;
  let report: Report;
  try {
    report = await readReport(connection, clock, signal(), () => notes.done("read call", "read call"));
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code === "interrupted") throw error;
    const failed = failureAt(notes, error, false);
    const http = error.details["because"] === "net/timeout" ? await options.lookAtHttp() : undefined;
    return wayOf(notes, { ...sofar, failed, http });
  }
  await use?.(connection).catch((thrown: unknown) => {
    const error = asClawError(thrown);
    isForeign.add(error);
    throw error;
  });
  notes.isOurClose = true;
  await connection.close(clock.sleep);
  return wayOf(notes, { ...sofar, report, failed: undefined });
}

function wayOf(notes: Notes, rest: Omit<Way, "tookMs" | "lastError" | "closed" | "traffic">): Way {
  const { tookMs, lastError, closed, traffic } = notes;
  return {
    tookMs,
    lastError,
    traffic: traffic?.counted,
    closed: rest.failed === undefined ? undefined : closed,
    ...rest,
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
