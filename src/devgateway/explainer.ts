/**
 * Tells authors of clients what their client did, connection by connection and frame by frame, and what a real gateway
 * objects to. It stands between the listener and the gateway, decides nothing, and shows no secret: names of params, not
 * their values. Next: `tap.ts`, `objections.ts`, `proof_objections.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { Message } from "../protocol/mod.ts";
import type { Closed, Transport } from "../transport/transport.ts";
import { describeGateway, describeRequest, jsonOf, secretsIn } from "./frame_words.ts";
import type { DevGateway } from "./gateway.ts";
import type { GatewayLogLine } from "./log.ts";
import {
  connectObjections,
  frameObjections,
  isConnect,
  membersOf,
  type Moment,
  type Objection,
  odd,
  refused,
} from "./objections.ts";
import type { PeerFacts } from "./peer.ts";
import { proofObjections } from "./proof_objections.ts";
import { tap } from "./tap.ts";

/** One line of the account. */
export interface Explanation {
  /** Counted from 1, in the order in which clients came. */
  readonly connection: number;
  /** Since the connection was opened. */
  readonly ms: number;
  readonly from: "client" | "gateway" | "summary";
  readonly what: string;
  readonly objections: readonly Objection[];
  /** The dev gateway's own words on why it refused. */
  readonly advice?: string;
}

/** What a listener needs of a gateway. */
export type Host = Pick<DevGateway, "accept" | "admitsUpgrade" | "uptimeMs" | "start" | "close">;

interface ExplainerOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Masked wherever it turns up. */
  readonly secret: string;
  /** Faults are played below: who closed, client or fault, cannot be told. */
  readonly hasFaults?: boolean;
  readonly tell: (explanation: Explanation) => void;
}

/** In characters: a client may name a thousand params. */
const longestLine = 1_000;
/** Who leaves as soon without a word is no client, but a probe or a helper. */
const helperMs = 1_000;

export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #lives = new Map<string, Life>();
  readonly #memory: Shared;

  constructor(options: ExplainerOptions) {
    this.#options = options;
    this.#memory = { secrets: new Set([options.secret]), nonces: new Set(), helpers: 0 };
  }

  /** The gateway as a listener sees it, with every connection explained. */
  explain(gateway: Host): Host {
    let count = 0;
    return {
      accept: (transport, peer) => {
        const connId = this.#options.ids.uuid();
        const life = new Life(++count, peer, this.#options, this.#memory);
        this.#lives.set(connId, life);
        return gateway.accept(life.tap(transport), peer, connId).then(() => {
          this.#lives.delete(connId);
          return life.finish();
        });
      },
      admitsUpgrade: (peer) => gateway.admitsUpgrade(peer),
      get uptimeMs() {
        return gateway.uptimeMs;
      },
      start: () => gateway.start(),
      close: (code, reason) => gateway.close(code, reason),
    };
  }

  /** The gateway's log goes in here: its advice belongs to the account. */
  hear({ connId, advice, event }: GatewayLogLine): void {
    if (advice !== undefined) this.#lives.get(connId)?.advise(advice, event.startsWith("closed"));
  }
}

/** What the connections of one gateway know of each other. */
interface Shared {
  readonly secrets: Set<string>;
  readonly nonces: Set<string>;
  helpers: number;
}

/** What a line has below it; `look`: objections that take time to find. */
interface More {
  readonly objections?: readonly Objection[];
  readonly look?: () => Promise<readonly Objection[]>;
  readonly advice?: string;
}

/** One connection, from its opening to its end. */
class Life {
  readonly #number: number;
  readonly #peer: PeerFacts;
  readonly #options: ExplainerOptions;
  readonly #shared: Shared;
  readonly #openedAt: number;
  readonly #methods = new Map<string, string>();
  /** Looking at a proof takes time: what comes later waits, so that the account stays in order. */
  #work: Promise<void> = Promise.resolve();
  #challenge: { nonce: string; ts: number } | undefined;
  #stage: Moment["stage"] = "challenged";
  #connectId: unknown;
  #hasSpoken = false;
  #isRefused = false;
  #wrong = 0;
  #odd = 0;
  #ending: { readonly closed: Closed; readonly by: "client" | "gateway"; readonly ms: number } | undefined;
  #lastAdvice: string | undefined;

  constructor(number: number, peer: PeerFacts, options: ExplainerOptions, shared: Shared) {
    this.#number = number;
    this.#peer = peer;
    this.#options = options;
    this.#shared = shared;
    this.#openedAt = options.clock.elapsed();
  }

  tap(transport: Transport): Transport {
    return tap(transport, this.#options.clock, {
      isHeld: (text) => this.#isHeld(text),
      client: (message) => this.#client(message),
      gateway: (text) => this.#gateway(text),
      end: (closed, by) => this.#end(closed, by),
    });
  }

  /** @param isLast it is about how the connection ended */
  advise(advice: string, isLast: boolean): void {
    if (isLast) this.#lastAdvice = advice;
    else this.#tell("gateway", "objects", { advice });
  }

  #isHeld(text: string): boolean {
    const frame = membersOf(jsonOf(text));
    return frame["event"] === "connect.challenge" || (frame["type"] === "res" && frame["id"] === this.#connectId);
  }

  #client(message: Message): void {
    const value = jsonOf(typeof message === "string" ? message : new TextDecoder().decode(message));
    if (!this.#hasSpoken) this.#greet();
    const isEarly = this.#challenge === undefined;
    const moment = { isEarly, stage: this.#stage, earlierNonces: new Set(this.#shared.nonces) };
    const { method, id } = membersOf(value);
    if (typeof id === "string" && typeof method === "string") this.#methods.set(id, method);
    if (this.#stage === "challenged" && isConnect(value)) {
      this.#stage = "connecting";
      this.#connectId = id;
      secretsIn(value).forEach((secret) => this.#shared.secrets.add(secret));
    }
    this.#tell("client", describeRequest(value), { look: () => this.#objectionsTo(message, value, moment) });
  }

  async #objectionsTo(message: Message, value: unknown, early: Omit<Moment, "challenge">) {
    const moment = { ...early, challenge: this.#challenge ?? { nonce: "", ts: 0 } };
    const found = [...frameObjections(message, value, moment)];
    if (!isConnect(value) || moment.stage !== "challenged") return found;
    const params = membersOf(value["params"]);
    return [...found, ...connectObjections(params), ...await proofObjections(params, moment)];
  }

  #greet(): void {
    this.#hasSpoken = true;
    const { address, userAgent = "no name", origin } = this.#peer;
    const words = "the upgrade carried an Origin header: who sends one is taken for a browser, and must be allowed";
    const objections = origin === undefined ? [] : [odd("origin", words)];
    this.#tell("client", `opens from ${address}, as ${userAgent}`, { objections });
  }

  #gateway(text: string): void {
    const frame = membersOf(jsonOf(text));
    if (frame["event"] === "connect.challenge") {
      const { nonce, ts } = membersOf(frame["payload"]);
      this.#challenge = { nonce: String(nonce), ts: Number(ts) };
      this.#shared.nonces.add(this.#challenge.nonce);
      // Said when it matters: a helper that leaves at once is told of in one line.
      return;
    }
    secretsIn(frame).forEach((secret) => this.#shared.secrets.add(secret));
    if (frame["type"] === "res" && frame["id"] === this.#connectId && this.#stage === "connecting") {
      if (frame["ok"] === true) this.#stage = "connected";
      else this.#isRefused = true;
    }
    this.#tell("gateway", describeGateway(frame, this.#methods.get(String(frame["id"]))));
  }

  #end(closed: Closed, by: "client" | "gateway"): void {
    this.#ending = { closed, by, ms: this.#options.clock.elapsed() - this.#openedAt };
  }

  /** The last lines, when the gateway has had its last word. */
  finish(): Promise<void> {
    const { closed: { code, reason }, by, ms } = this.#ending ??
      { closed: { code: 1006, reason: "" }, by: "client", ms: 0 };
    const how = `${code}${reason === "" ? "" : ` "${reason}"`}`;
    if (by === "client" && this.#options.hasFaults === true) {
      if (!this.#hasSpoken) this.#greet();
      this.#tell("summary", `ends with ${how}, by the client or a fault`);
    } else if (!this.#hasSpoken && by === "client" && ms < helperMs) {
      const soFar = `${++this.#shared.helpers} so far`;
      this.#tell("summary", `closed at once without a word: a probe or a helper, not a client (${soFar})`);
      return this.#work;
    } else {
      this.#tellClose(by, code, how);
    }
    this.#tell("summary", () => this.#verdict());
    return this.#work;
  }

  #tellClose(by: "client" | "gateway", code: number, how: string): void {
    const objections = this.#hasSpoken ? [] : [refused("no-connect", "the challenge was not answered with connect")];
    if (by === "client" && code === 1006) {
      objections.push(odd("no-close", "end with a close frame, not by cutting TCP"));
    }
    if (!this.#hasSpoken) this.#greet();
    const advice = this.#lastAdvice === undefined ? {} : { advice: this.#lastAdvice };
    this.#tell(by, `closes with ${how}`, { objections, ...advice });
  }

  #verdict(): string {
    const refusal = this.#isRefused ? "connect was refused; " : "";
    if (this.#wrong + this.#odd === 0) return this.#isRefused ? "connect was refused" : "nothing to object to";
    return `${refusal}${this.#wrong} that a real gateway refuses, ${this.#odd} that it puts up with`;
  }

  #tell(from: Explanation["from"], what: string | (() => string), more: More = {}): void {
    const ms = Math.round(this.#options.clock.elapsed() - this.#openedAt);
    const { objections, look, advice } = more;
    this.#work = this.#work.then(async () => {
      const found = objections ?? await look?.() ?? [];
      for (const { isRefused } of found) isRefused ? this.#wrong++ : this.#odd++;
      const said = this.#masked(typeof what === "string" ? what : what()).slice(0, longestLine);
      const advised = advice === undefined ? {} : { advice: this.#masked(advice) };
      this.#options.tell({ connection: this.#number, ms, from, what: said, objections: found, ...advised });
    });
  }

  #masked(text: string): string {
    return [...this.#shared.secrets].reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  }
}

/** For people: a line, and one below it for each objection. */
export function explanationLines({ connection, ms, from, what, objections, advice }: Explanation): readonly string[] {
  return [
    `#${connection} ${String(ms).padStart(6)} ms  ${from.padEnd(7)}  ${what}`,
    ...objections.map(({ rule, isRefused, says }) => `    ${isRefused ? "wrong" : "odd"} (${rule}): ${says}`),
    ...(advice === undefined ? [] : [`    advice: ${advice}`]),
  ];
}
