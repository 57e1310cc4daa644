/**
 * Every failure that the dev gateway can play, as data: its name, what happens, when, and the reports of users that it
 * comes from (`openclaw/openclaw` unless a repository is named). How one is written: `fault_text.ts`; what each does on
 * the wire: `fault_rules.ts`.
 */
/** How far a connection has come when it happens; `frames`: whenever a frame is sent; `always`: no moment of its own. */
export type FaultPhase =
  | "tcp"
  | "upgrade"
  | "challenge"
  | "connect"
  | "hello"
  | "request"
  | "events"
  | "frames"
  | "always";

/** What may follow the `=`. */
export type FaultValue =
  /** `least` and `most` include themselves. A time in ms may be written with a unit. */
  | {
    readonly kind: "count" | "ms" | "code";
    readonly preset: number;
    readonly least: number;
    readonly most: number;
  }
  | { readonly kind: "choice"; readonly preset: string; readonly choices: readonly string[] };

export interface Fault {
  readonly phase: FaultPhase;
  readonly does: string;
  readonly value?: FaultValue;
  /** Issue numbers of reports, newest last; none where no user met it, but a client must stand it. */
  readonly reports: readonly string[];
}

/** Which fault is to be played. */
export interface ChosenFault {
  readonly name: FaultName;
  /** A number, or the word of a choice; undefined where the fault takes none. */
  readonly value: number | string | undefined;
  /** Requests of this method alone; undefined: of any. */
  readonly method?: string;
}

/** The codes that are tried in each phase; any other that may stand in a close frame is played too. */
export const triedCloseCodes = [1000, 1001, 1002, 1006, 1008, 1011, 1012, 1013] as const;

const closeCode: FaultValue = { kind: "code", preset: 1000, least: 1000, most: 4999 };
const times = (preset: number): FaultValue => ({ kind: "ms", preset, least: 0, most: 86_400_000 });
const counts = (preset: number, most: number): FaultValue => ({ kind: "count", preset, least: 1, most });
const oneOf = (...choices: readonly [string, ...string[]]): FaultValue => ({
  kind: "choice",
  preset: choices[0],
  choices,
});

const dropped = ["46892", "45560", "51274"];
const cut = ["98753", "62762", "100941"];
const lostAnswer = ["154281", "65584"];

export const faults = {
  "reset-on-accept": { phase: "tcp", does: "resets the TCP connection as soon as it is there", reports: cut },
  "stall-on-accept": { phase: "tcp", does: "accepts TCP, then neither reads nor writes", reports: ["11131"] },
  "not-http": { phase: "upgrade", does: "answers as an SSH server would", reports: ["16937"] },
  "reset-on-upgrade": { phase: "upgrade", does: "resets when the upgrade is asked for", reports: cut },
  "http": {
    phase: "upgrade",
    does: "answers the upgrade with this HTTP status",
    value: { kind: "choice", preset: "503", choices: ["200", "401", "403", "404", "426", "500", "502", "503"] },
    reports: ["153930", "52058", "28134"],
  },
  "bad-accept": { phase: "upgrade", does: "agrees to the upgrade with a wrong Sec-WebSocket-Accept", reports: [] },
  "no-challenge": { phase: "challenge", does: "sends no challenge", reports: ["51469", "49118"] },
  "late-challenge": {
    phase: "challenge",
    does: "sends the challenge after this time",
    value: times(500),
    reports: ["50258", "47265"],
  },
  "malformed-challenge": {
    phase: "challenge",
    does: "sends a challenge that is none",
    value: oneOf("no-nonce", "empty-nonce", "no-ts", "text-ts", "not-json", "array", "binary"),
    reports: ["9225", "41652"],
  },
  "second-challenge": { phase: "challenge", does: "sends two challenges", reports: ["17571"] },
  "event-first": { phase: "challenge", does: "sends an event before the challenge", reports: [] },
  "close-before-challenge": {
    phase: "challenge",
    does: "closes with this code instead of a challenge",
    value: closeCode,
    reports: dropped,
  },
  "reset-before-challenge": { phase: "challenge", does: "resets instead of a challenge", reports: cut },
  "stall-before-challenge": { phase: "challenge", does: "upgrades, then neither reads nor writes", reports: ["49530"] },
  "close-after-challenge": {
    phase: "connect",
    does: "closes with this code right behind the challenge",
    value: closeCode,
    reports: dropped,
  },
  "reset-after-challenge": { phase: "connect", does: "resets right behind the challenge", reports: cut },
  "close-after-connect": {
    phase: "connect",
    does: "closes with this code instead of an answer to connect",
    value: closeCode,
    reports: [...dropped, "52453"],
  },
  "reset-after-connect": { phase: "connect", does: "resets instead of an answer to connect", reports: cut },
  "silent-after-connect": { phase: "connect", does: "never answers connect", reports: ["47103", "49510"] },
  "stall-after-connect": {
    phase: "connect",
    does: "neither reads nor writes once connect is there",
    reports: ["47813"],
  },
  "protocol-refused": {
    phase: "connect",
    does: "refuses the protocol range: it wants this version",
    value: counts(5, 1_000),
    reports: ["49291", "83078", "ric03uec/clawrium#607"],
  },
  "rate-limited": {
    phase: "connect",
    does: "refuses as after too many failed logins, for this time",
    value: times(300_000),
    reports: ["155384", "71609", "16876"],
  },
  "starting": {
    phase: "connect",
    does: "refuses while it starts, and says to come back after this time",
    value: times(500),
    reports: ["76012", "48766"],
  },
  "pairing-required": {
    phase: "connect",
    does: "wants the device approved, for this reason",
    value: oneOf("not-paired", "scope-upgrade", "role-upgrade", "metadata-upgrade"),
    reports: ["16305", "70687", "81442", "iOfficeAI/AionUi#3260"],
  },
  "token-mismatch": { phase: "connect", does: "refuses the shared token", reports: ["17223", "77406", "113294"] },
  "device-token-mismatch": {
    phase: "connect",
    does: "refuses the device's token",
    reports: ["20679", "18659", "101872"],
  },
  "clock-skew": {
    phase: "always",
    does: "goes by a clock that is this far ahead, or behind (-5m); for all connections",
    value: { kind: "ms", preset: 300_000, least: -31_536_000_000, most: 31_536_000_000 },
    reports: ["24455", "28209", "103455"],
  },
  "hello-protocol": {
    phase: "hello",
    does: "lets in, with this protocol",
    value: counts(5, 1_000),
    reports: ["83078"],
  },
  "malformed-hello": { phase: "hello", does: "lets in with a hello-ok that is none", reports: [] },
  "scopes-emptied": {
    phase: "hello",
    does: "lets in, but grants no scope",
    reports: ["17570", "27494", "51396"],
  },
  "close-after-hello": {
    phase: "hello",
    does: "closes with this code right behind hello-ok",
    value: closeCode,
    reports: ["30469", "40977", "jjj5666/clawaid#1"],
  },
  "reset-after-hello": { phase: "hello", does: "resets right behind hello-ok", reports: cut },
  "stall-after-hello": { phase: "hello", does: "neither reads nor writes behind hello-ok", reports: ["65584"] },
  "close-after-request": {
    phase: "request",
    does: "acts on the first request, and closes with this code instead of an answer",
    value: closeCode,
    reports: lostAnswer,
  },
  "reset-after-request": { phase: "request", does: "acts on the first request, and resets", reports: lostAnswer },
  "silent-after-request": { phase: "request", does: "acts on requests, and answers none", reports: ["29601", "20217"] },
  "stall-after-request": {
    phase: "request",
    does: "acts on the first request, then neither reads nor writes",
    reports: ["10445"],
  },
  "malformed-answer": {
    phase: "request",
    does: "answers requests with something of an unknown shape",
    value: oneOf("result", "not-json", "no-frame", "binary"),
    reports: [],
  },
  "foreign-response": { phase: "request", does: "answers a request that was never made", reports: [] },
  "reordered-responses": { phase: "request", does: "answers pairs of requests in the wrong order", reports: [] },
  "duplicated-responses": { phase: "request", does: "answers every request twice", reports: [] },
  "sequence-gaps": {
    phase: "events",
    does: "loses this many events before each one that it sends, the first a tick behind hello-ok",
    value: counts(3, 1_000_000),
    reports: ["139215"],
  },
  "flood": {
    phase: "events",
    does: "sends this many events behind hello-ok",
    value: counts(10_000, 1_000_000),
    reports: [],
  },
  "slow-frames": {
    phase: "frames",
    does: "sends frames in pieces of 64 bytes, this time apart",
    value: times(10),
    reports: ["51274", "50258"],
  },
  "half-frame": {
    phase: "frames",
    does: "sends half of that frame, then ends the TCP connection",
    value: oneOf("challenge", "hello", "answer"),
    reports: cut,
  },
  "huge-frame": {
    phase: "frames",
    does: "sends an event of this many bytes behind hello-ok",
    value: counts(27_262_976, 104_857_600),
    reports: [],
  },
  "broken-frame": {
    phase: "frames",
    does: "breaks the rules of WebSocket behind the challenge",
    value: oneOf("masked", "reserved-bits", "unknown-opcode", "not-utf8", "stray-part"),
    reports: [],
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

/** All names, in the order of the table. */
export const faultNames = Object.keys(faults) as readonly FaultName[];

/** One row of the table. */
export function faultOf(name: FaultName): Fault {
  return faults[name];
}
