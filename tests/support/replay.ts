/**
 * Plays a recording's client against a dev gateway and notes what both gateways answered. Recorded signatures cannot
 * fit fresh challenges, so every recorded device gets a fresh key; what was wrong with a recorded proof (time, nonce,
 * id, key, signature) is wrong again. Tokens and ids of the recording are replaced by those that the dev gateway gave.
 */
import { DevGateway } from "../../src/devgateway/gateway.ts";
import { fromBase64url } from "../../src/identity/keypair.ts";
import { type ConnectParams, type Message, parseJson } from "../../src/protocol/mod.ts";
import { createManualClock, type ManualClock, settle } from "./clock.ts";
import { randomIds } from "./dev_gateway.ts";
import { type Moment, recordedSecret, type Recording } from "./recordings.ts";
import { createLine, isObject, type Json, type Line } from "./replay_line.ts";
import { type Challenge, ReplayedDevices } from "./replay_proof.ts";

export interface ReplayOptions {
  /** Requests that are not sent, because the dev gateway does not have their methods. */
  readonly leavesOut: (method: string) => boolean;
  /** The gateway reads nothing before its handshake timer fires: its event loop was stopped. */
  readonly isStalled?: boolean;
}

/** What one connection heard, in words such as `res INVALID_REQUEST AUTH_TOKEN_MISSING` or `close 1008`. */
export interface Heard {
  readonly recorded: readonly string[];
  readonly answered: readonly string[];
  readonly recordedEvents: readonly string[];
  readonly answeredEvents: readonly string[];
}

export async function replay(recording: Recording, options: ReplayOptions): Promise<Heard[]> {
  const clock = createManualClock();
  const gateway = new DevGateway({
    protocol: recording.protocol,
    auth: { mode: recording.auth, secret: recordedSecret },
    pairing: "auto",
    // The recorded gateways of protocol 4 trusted 127.0.0.1 as a proxy; those of protocol 3 did not.
    trustsProxy: recording.protocol === 4,
    clock,
    ids: randomIds,
  });
  const player = new Player(gateway, clock, options);
  player.prepare(recording.moments);
  for (const moment of recording.moments) await player.play(moment);
  return player.heard(recording.moments);
}

class Player {
  readonly #gateway: DevGateway;
  readonly #clock: ManualClock;
  readonly #options: ReplayOptions;
  readonly #lines: Line[] = [];
  readonly #devices = new ReplayedDevices();
  /** Recorded ids and tokens, and what stands for them here. */
  readonly #names = new Map<string, string>();
  /** Recorded challenges, by connection. */
  readonly #challenges = new Map<number, Challenge>();
  readonly #leftOut = new Set<string>();
  /** Answers that stand for a recorded one already. */
  readonly #matched = new Set<Json>();
  #held: { line: Line; message: Message }[] = [];

  constructor(gateway: DevGateway, clock: ManualClock, options: ReplayOptions) {
    this.#gateway = gateway;
    this.#clock = clock;
    this.#options = options;
  }

  /** Gives the gateway what the recorded one had from earlier: devices and jobs that the recording only refers to. */
  prepare(moments: readonly Moment[]): void {
    const sent = moments.flatMap((moment) => moment.kind === "out" && isObject(moment.frame) ? [moment.frame] : []);
    const own = new Set(
      sent.map(({ params }) => isObject(params) && isObject(params["device"]) && params["device"]["id"]),
    );
    const heard = JSON.stringify(moments.filter(({ kind }) => kind === "in"));
    for (const { method, params } of sent) {
      if (!isObject(params)) continue;
      const { deviceId, id = params["jobId"] } = params;
      if (typeof deviceId === "string" && /^[0-9a-f]{64}$/.test(deviceId) && !own.has(deviceId)) this.#pair(deviceId);
      const isJob = typeof id === "string" && /^[0-9a-f-]{36}$/.test(id) && String(method).startsWith("cron.");
      if (isJob && !heard.includes(`"action":"added"`) && !this.#names.has(id)) this.#names.set(id, this.#addJob());
    }
  }

  #pair(deviceId: string): void {
    const { pairings } = this.#gateway.memory;
    const claim = { deviceId, publicKey: "", platform: "linux", clientId: "cli", clientMode: "cli", role: "operator" };
    const scopes = ["admin", "read", "write", "approvals", "pairing"].map((scope) => `operator.${scope}`);
    pairings.approve(pairings.request({ ...claim, scopes }, true).request.requestId, "silent");
  }

  #addJob(): string {
    const kept = this.#gateway.memory.cron.add({
      name: "from an earlier recording",
      schedule: { kind: "every", everyMs: 3_600_000 },
      sessionTarget: "main",
      wakeMode: "now",
      payload: { kind: "systemEvent", text: "earlier" },
    });
    return "job" in kept ? kept.job.id : "";
  }

  async play(moment: Moment): Promise<void> {
    if (moment.kind === "open") {
      const line = createLine(this.#clock.now());
      this.#lines[moment.conn] = line;
      void this.#gateway.accept(line.gatewayEnd, moment.peer);
      return;
    }
    const line = this.#lines[moment.conn];
    if (line === undefined) return;
    const due = line.openedAt + moment.atMs - this.#clock.now();
    await this.#clock.advance(Math.max(0, due));
    if (moment.kind === "out") await this.#send(moment, line);
    else if (moment.kind === "in") await this.#hear(moment, line);
    else if (moment.kind === "decoded") this.#decode(moment.token);
    else if (moment.by === "client") line.hangUp(moment.code);
    await settle();
  }

  heard(moments: readonly Moment[]): Heard[] {
    return this.#lines.map((line, conn) => {
      const own = moments.filter((moment) => moment.conn === conn);
      const inbound = own.flatMap((moment) => moment.kind === "in" ? [moment.frame] : []);
      const closes = own.flatMap((moment) => moment.kind === "close" && moment.by === "gateway" ? [moment.code] : []);
      const hungUp = own.some((moment) => moment.kind === "close" && moment.by === "client");
      const isOurs = hungUp && closes.every((code) => code === 1000 || code === 1005);
      return {
        recorded: [...this.#responses(inbound, conn), ...isOurs ? [] : closes.map((code) => `close ${code}`)],
        answered: [
          ...this.#responses(line.frames, conn),
          ...isOurs || !line.closed ? [] : [`close ${line.closed.code}`],
        ],
        recordedEvents: eventsOf(inbound),
        answeredEvents: eventsOf(line.frames),
      };
    });
  }

  async #send(moment: Moment & { kind: "out" }, line: Line): Promise<void> {
    const { frame, isBinary, conn } = moment;
    if (isObject(frame) && frame["type"] === "req" && this.#options.leavesOut(String(frame["method"]))) {
      this.#leftOut.add(`${conn} ${frame["id"]}`);
      return;
    }
    const text = typeof frame === "string" ? frame : JSON.stringify(await this.#translate(frame, conn, line));
    const message = isBinary ? new TextEncoder().encode(text) : text;
    if (this.#options.isStalled === true) this.#held.push({ line, message });
    else await line.put(message);
  }

  /** Waits for the answer to a recorded one and learns the names in it. */
  async #hear({ frame, conn }: Moment & { kind: "in" }, line: Line): Promise<void> {
    if (frame["event"] === "connect.challenge") {
      this.#challenges.set(conn, frame["payload"] as Challenge);
    }
    for (const { line: theirs, message } of this.#held.splice(0)) await theirs.put(message);
    const isIt = (other: Json) =>
      frame["type"] === "res"
        ? other["type"] === "res" && other["id"] === frame["id"]
        : other["event"] === frame["event"] && !this.#matched.has(other) &&
          this.#fits(frame["payload"], other["payload"]);
    const isLeftOut = this.#leftOut.has(`${conn} ${frame["id"]}`);
    const answer = isLeftOut ? undefined : line.frames.find(isIt);
    if (answer === undefined) return;
    this.#matched.add(answer);
    this.#learn(frame, answer);
  }

  /** Whether an event tells of the same job or request, as far as that is known. */
  #fits(recorded: unknown, answered: unknown): boolean {
    if (!isObject(recorded) || !isObject(answered)) return true;
    return ["action", "jobId", "requestId"].every((key) => {
      const known = this.#names.get(String(recorded[key])) ?? (key === "action" ? recorded[key] : undefined);
      return known === undefined || known === answered[key];
    });
  }

  #learn(recorded: unknown, answered: unknown): void {
    if (!isObject(recorded) || !isObject(answered)) return;
    for (const [key, theirs] of Object.entries(recorded)) {
      const ours = answered[key];
      if (isObject(theirs)) this.#learn(theirs, ours);
      if (typeof theirs !== "string" || typeof ours !== "string" || theirs === ours) continue;
      const isName = ["requestId", "deviceToken", "token", "jobId", "runId", "setupId", "setupCode"].includes(key) ||
        (key === "id" && recorded["type"] !== "res");
      if (isName && !this.#names.has(theirs)) this.#names.set(theirs, ours);
    }
  }

  #decode(recordedToken: string): void {
    const codes = [...this.#names.values()].filter((value) => value.startsWith("eyJ"));
    const { bootstrapToken } = parseJson(new TextDecoder().decode(fromBase64url(codes.at(-1) ?? ""))) as {
      bootstrapToken: string;
    };
    this.#names.set(recordedToken, bootstrapToken);
  }

  async #translate(frame: unknown, conn: number, line: Line): Promise<unknown> {
    const isConnect = isObject(frame) && frame["method"] === "connect" && isObject(frame["params"]);
    if (!isConnect) return this.#rename(frame);
    const recorded = frame["params"] as ConnectParams;
    const { device, ...rest } = recorded;
    const params = this.#rename(rest) as Omit<ConnectParams, "device">;
    if (device === undefined) return { ...frame, params };
    const then = this.#challenges.get(conn) ?? { nonce: "", ts: 0 };
    const now = line.frames[0]?.["payload"] as Challenge;
    const proof = await this.#devices.prove(device, { recorded, params, then, now });
    if (proof.id !== device.id) this.#names.set(device.id, proof.id);
    return { ...frame, params: { ...params, device: proof } };
  }

  #rename(value: unknown): unknown {
    if (typeof value === "string") return this.#names.get(value) ?? value;
    if (Array.isArray(value)) return value.map((item) => this.#rename(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#rename(item)]));
  }

  #responses(frames: readonly Json[], conn: number): string[] {
    return frames.filter(({ type, id }) => type === "res" && !this.#leftOut.has(`${conn} ${id}`)).map(inWords);
  }
}

function inWords({ id, ok, payload, error }: Json): string {
  if (ok === true) {
    const isHello = isObject(payload) && payload["type"] === "hello-ok";
    const outcome = isObject(payload) && payload["ok"] === false ? " ok:false" : "";
    const ran = isObject(payload) && payload["ran"] === false ? ` ${payload["reason"]}` : "";
    return `res ${isHello ? "hello" : id}${outcome}${ran}`;
  }
  const { code, details, retryable } = error as { code: string; details?: unknown; retryable?: boolean };
  const detail = isObject(details)
    ? ` ${details["code"] ?? ""} ${details["reason"] ?? details["authReason"] ?? ""}`
    : "";
  return `res ${id} ${code}${detail.trimEnd()}${retryable === true ? " retryable" : ""}`;
}

const comparedEvents = ["cron", "device.pair.requested", "device.pair.resolved"];

function eventsOf(frames: readonly Json[]): string[] {
  return frames.filter(({ event }) => comparedEvents.includes(String(event))).map(({ event, payload }) => {
    const { action, decision } = payload as Json;
    return `${event} ${action ?? decision ?? ""}`.trim();
  });
}
