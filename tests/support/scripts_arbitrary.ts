/**
 * Random scripts for `probing_client.ts`: every way to connect that a recording shows, and calls of every method with
 * params that are right, nearly right and wrong.
 */
import * as fc from "fast-check";
import type { ProofStyle, Script } from "./probing_client.ts";

const clients = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ id: "cli", mode: "cli", version: "1", platform: "Linux" }) },
  ...[
    { id: "gateway-client", mode: "backend", version: "1", platform: "linux" },
    { id: "test", mode: "test", version: "1", platform: "linux", deviceFamily: "Desk" },
    { id: "openclaw-probe", mode: "probe", version: "1", platform: "linux", instanceId: "i1" },
    { id: "openclaw-control-ui", mode: "ui", version: "1", platform: "web" },
    { id: "webchat-ui", mode: "webchat", version: "1", platform: "web" },
    { id: "openclaw-tui", mode: "ui", version: "1", platform: "linux" },
    { id: "openclaw-worker", mode: "worker", version: "1", platform: "linux" },
    { id: "claw", mode: "cli", version: "1", platform: "linux" },
    { id: "cli", mode: "operator", version: "1", platform: "linux" },
    { id: "cli", mode: "cli", platform: "linux" },
    { id: "cli", mode: "cli", version: "", platform: "linux" },
    { id: "cli", mode: "cli", version: "1", platform: "linux", displayName: "", extra: 1 },
    { id: "cli", mode: "cli", version: "1", platform: "linux", timeZone: "UTC" },
  ].map((client) => ({ weight: 1, arbitrary: fc.constant(client) })),
);

const ranges = fc.oneof(
  { weight: 12, arbitrary: fc.constant([3, 4]) },
  { weight: 3, arbitrary: fc.constantFrom([3, 3], [4, 4], [1, 2], [5, 9], [4, 3], [0, 4], [1, 99], [3.5, 4]) },
);

const names = ["admin", "read", "write", "approvals", "pairing", "bogus"].map((name) => `operator.${name}`);
const scopes = fc.oneof(
  { weight: 4, arbitrary: fc.constant(["operator.admin", "operator.pairing"]) },
  { weight: 3, arbitrary: fc.shuffledSubarray(names) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

/** `$secret` stands for the right one. A wrong one is rare: 2026.9.6 then makes everybody wait. */
const auths = fc.oneof(
  { weight: 16, arbitrary: fc.constant({ token: "$secret" }) },
  ...[
    { password: "$secret" },
    { token: "wrong" },
    { password: "wrong" },
    { deviceToken: "garbage" },
    { bootstrapToken: "garbage" },
    { token: "$secret", deviceToken: "garbage" },
    { token: "$secret", bootstrapToken: "garbage" },
    { token: "" },
    { token: "$secret", extra: "x" },
    {},
    undefined,
  ].map((auth) => ({ weight: 1, arbitrary: fc.constant(auth) })),
);

const mistakes: ProofStyle[] = [
  "v2",
  "upper-case",
  "wrong-nonce",
  "blank-nonce",
  "no-nonce",
  "stale",
  "future",
  "other-key",
  "other-id",
  "garbage-key",
  "unsigned-scope-order",
  "unsigned-token",
  "raw-platform",
  "extra-member",
  "fraction",
];
const proofs = fc.oneof(
  { weight: 12, arbitrary: fc.constant<ProofStyle | undefined>("good") },
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 6, arbitrary: fc.constantFrom(...mistakes) },
);

const jobs = fc.record({
  name: fc.constantFrom("a job", "", undefined, 5),
  schedule: fc.constantFrom(
    { kind: "every", everyMs: 3_600_000 },
    { kind: "every", everyMs: 0 },
    { kind: "at", at: "2030-01-01T00:00:00Z" },
    { kind: "at", at: "2020-01-01T00:00:00Z" },
    { kind: "at", at: "2099-01-01T00:00:00Z" },
    { kind: "at", at: "soon" },
    { kind: "cron", expr: "0 9 * * 1-5", tz: "Europe/Berlin" },
    { kind: "cron", expr: "not a cron" },
    { kind: "cron", expr: "61 * * * *" },
    { kind: "cron", expr: "0 */2 * * *", staggerMs: 0 },
    { kind: "cron", expr: "0 0 31 2 *" },
    { kind: "cron", expr: "0 0 0 1 1 * 2020" },
    { kind: "cron", expr: "0 0 * * 5L", tz: "Mars/Olympus" },
    { kind: "cron", expr: "@daily", tz: "" },
    { kind: "cron", expr: "@sometimes" },
    { kind: "cron" },
    { kind: "never" },
    undefined,
  ),
  sessionTarget: fc.constantFrom("main", "isolated", undefined, "nowhere"),
  wakeMode: fc.constantFrom("now", "next-heartbeat", undefined, "soon"),
  payload: fc.constantFrom(
    { kind: "systemEvent", text: "hello" },
    { kind: "agentTurn", message: "hello" },
    { kind: "systemEvent" },
    { kind: "systemEvent", text: "hello", extra: 1 },
    { kind: "dance" },
    undefined,
  ),
  delivery: fc.constantFrom(undefined, undefined, undefined, { mode: "none" }, { mode: "webhook" }),
  enabled: fc.constantFrom(undefined, false),
}).map(withoutGaps);

const goodJob = {
  name: "good",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text: "hello" },
};

const refs = fc.constantFrom({ id: "$job" }, { jobId: "$job" }, { id: "nope" }, {}, { id: "" }, {
  id: "nope",
  extra: 1,
});
const patches = fc.constantFrom(
  { enabled: false },
  { name: "renamed" },
  { name: "" },
  { schedule: { kind: "cron", expr: "*/5 * * * *" } },
  { schedule: { kind: "cron", expr: "0 * * * *", tz: "Europe/Berlin" } },
  { schedule: { kind: "cron", expr: "0 0 31 2 *" } },
  { schedule: { kind: "cron", expr: "x" } },
  { schedule: { kind: "at", at: "2020-01-01T00:00:00Z" } },
  { payload: { kind: "systemEvent", text: "other" } },
  { payload: { kind: "agentTurn", message: "x" } },
  { sessionTarget: "isolated" },
  { sessionTarget: "nowhere", wakeMode: "soon" },
  { enabled: "x" },
  { delivery: { mode: "webhook" } },
  { agentId: null, sessionKey: null },
  { description: null },
  { displayName: "shown" },
  { failureAlert: null },
  { failureAlert: { after: null } },
  { delivery: { channel: null } },
  { delivery: { threadId: "5" } },
  { delivery: { failureDestination: null } },
  { payload: { kind: "agentTurn", fallbacks: null } },
  { payload: { kind: "agentTurn", model: null } },
  { extra: 1 },
  {},
  undefined,
);
const device = fc.constantFrom("$device", "nope", "", undefined);

const calls: fc.Arbitrary<Script["calls"][number]> = fc.oneof(
  call("wake", [{ mode: "now", text: "x" }, { mode: "next-heartbeat", text: "x" }, { mode: "now", text: " " }]),
  call("wake", [{ mode: "soon", text: "x" }, { text: "x" }, {}, undefined, { mode: "now", text: "x", extra: 1 }]),
  call("wake", [{ mode: "now", text: 5 }, { mode: "now", text: "x", sessionKey: "agent:main:main" }, []]),
  call("health", [undefined, {}, { probe: true }, { extra: 1 }, { probe: 5 }]),
  call("status", [undefined, { extra: 1 }]),
  call("last-heartbeat", [undefined, { extra: 1 }]),
  call("system-presence", [undefined, { extra: 1 }]),
  call("gateway.identity.get", [undefined, { extra: 1 }]),
  call("set-heartbeats", [{ enabled: true }, { enabled: "x" }, {}, { enabled: true, extra: 1 }]),
  call("system-event", [{ text: "x" }, { text: " " }, {}, { text: 5 }, { text: "x", host: 5 }, {
    text: "x",
    extra: 1,
  }]),
  call("logs.tail", [undefined, { limit: 1 }, { limit: 0 }, { limit: 9_999 }, { maxBytes: 1.5 }, { extra: 1 }]),
  call("cron.status", [undefined, {}, { extra: 1 }]),
  call("cron.list", [undefined, {}, { includeDisabled: true }, { limit: 1, offset: 500 }, { limit: 0 }, {
    limit: 201,
  }]),
  call("cron.list", [{ query: "zzz" }, { sortBy: "name", sortDir: "desc" }, { sortBy: "x" }, { offset: -1 }, {
    extra: 1,
  }]),
  fc.oneof(fc.constant(goodJob), jobs).map((job) => ["cron.add", job] as const),
  fc.tuple(refs, patches).map(([ref, patch]) => ["cron.update", withoutGaps({ ...ref, patch })] as const),
  fc.tuple(fc.constantFrom("cron.get", "cron.remove"), refs).map(([method, ref]) => [method, ref] as const),
  fc.tuple(refs, fc.constantFrom("due", "never", 5)).map(([ref, mode]) => ["cron.run", { ...ref, mode }] as const),
  call("cron.runs", [undefined, { scope: "all" }, { scope: "job" }, { id: "nope" }, { id: "a/b" }, { limit: 0 }]),
  call("cron.runs", [{ status: "ok" }, { status: "x" }, { statuses: [] }, { id: "$job" }, { extra: 1 }]),
  call("cron.add", [
    { ...goodJob, declarationKey: "key", displayName: "shown" },
    { ...goodJob, declarationKey: "" },
    { ...goodJob, sessionTarget: "session:abc", payload: { kind: "agentTurn", message: "x" } },
    { ...goodJob, sessionTarget: "isolated", payload: { kind: "command", argv: ["true"] }, enabled: false },
    { ...goodJob, schedule: { kind: "on-exit", command: "true" }, enabled: false },
    { ...goodJob, delivery: { mode: "announce" } },
    { ...goodJob, delivery: { mode: "webhook", to: "https://example.test/hook" } },
    { ...goodJob, delivery: { mode: "webhook", to: "nowhere" } },
    { ...goodJob, failureAlert: false, deleteAfterRun: true, agentId: null, description: "d" },
    { ...goodJob, failureAlert: { after: 0 } },
    { ...goodJob, extra: 1 },
  ]),
  call("cron.run", [{ id: "$job", mode: "if-enabled" }, { id: "$job", expectedProcessInstanceId: "x" }]),
  call("cron.runs", [{ runId: "x" }, { id: "$job", runId: "x" }, { deliveryStatuses: ["x"] }, { query: "zzz" }]),
  call("device.pair.setupCode", [undefined, { publicUrl: "ws://127.0.0.1:1" }, { bootstrapProfile: "x" }]),
  call("device.pair.list", [undefined, {}, { extra: 1 }]),
  call("device.pair.approve", [{ requestId: "nope" }, {}, { requestId: "" }, { requestId: 5 }]),
  call("device.pair.reject", [{ requestId: "nope" }, {}]),
  device.map((deviceId) => ["device.pair.remove", withoutGaps({ deviceId })] as const),
  device.map((deviceId) => ["device.pair.rename", withoutGaps({ deviceId, label: "x" })] as const),
  fc.tuple(
    device,
    fc.constantFrom("operator", "node", undefined),
    fc.constantFrom(undefined, ["operator.read"], ["operator.admin"]),
  )
    .map(([deviceId, role, wanted]) =>
      ["device.token.rotate", withoutGaps({ deviceId, role, scopes: wanted })] as const
    ),
  fc.tuple(device, fc.constantFrom("operator", "node", undefined))
    .map(([deviceId, role]) => ["device.token.revoke", withoutGaps({ deviceId, role })] as const),
  call("no.such.method", [undefined, {}]),
  call("connect", [{}]),
  fc.constantFrom(
    { frame: { type: "req", id: "x" } },
    { frame: { type: "req", id: "y", method: "health", extra: 1 } },
    { frame: { type: "req", id: "z", method: "" } },
    { frame: { type: "bogus" } },
    { frame: [] },
  ),
);

/** A script's beginning. */
type Opening = Omit<Script, "calls">;

const odd: fc.Arbitrary<Opening> = fc.record({
  opening: seldom(
    25,
    "{nope",
    '{"type":"event","event":"x"}',
    '{"type":"req","id":"h","method":"health"}',
    "[]",
    "null",
  ),
  client: clients,
  range: ranges,
  role: fc.constantFrom(undefined, "operator", "operator", "operator", "operator", "admin", "node"),
  scopes,
  auth: auths,
  proof: proofs,
  presentsIssuedToken: seldom(8, "deviceToken" as const, "token" as const),
  extra: seldom<object>(12, { bogus: 1 }, { caps: ["x"] }, { locale: "en" }, { modelCatalog: {} }),
}).map(({ opening, range: [minProtocol, maxProtocol], proof, presentsIssuedToken, extra, ...params }) => ({
  ...withoutGaps({ opening, proof, presentsIssuedToken }),
  connect: withoutGaps({ minProtocol, maxProtocol, ...params, ...extra }),
} as Opening));

const proper = scopes.map((wanted): Opening => ({
  proof: "good",
  connect: withoutGaps(
    {
      minProtocol: 3,
      maxProtocol: 4,
      client: { id: "cli", mode: "cli", version: "1", platform: "linux" },
      scopes: wanted,
      auth: { token: "$secret" },
    } as Opening["connect"],
  ),
}));

/** Random scripts: half of them connect well, and then call a few methods. */
export const scripts: fc.Arbitrary<Script> = fc
  .tuple(fc.oneof(odd, proper), fc.array(calls, { maxLength: 9 }))
  .map(([opening, calls]) => ({ ...opening, calls }));

/** One of the values about every `n`th time. */
function seldom<T>(n: number, ...values: T[]): fc.Arbitrary<T | undefined> {
  const value = fc.constantFrom<T | undefined>(...values);
  return fc.oneof({ weight: n, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function call(method: string, params: readonly unknown[]): fc.Arbitrary<readonly [string, unknown]> {
  return fc.constantFrom(...params).map((given) => [method, given] as const);
}

function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
