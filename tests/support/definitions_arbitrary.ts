/**
 * Random job definitions as a person might write them, for one generation: every kind of schedule, payload, delivery
 * and alert that it takes, with texts that files and terminals get wrong.
 */
import type { JobDefinition } from "../../src/cron/definition.ts";
import type { ProtocolVersion } from "../../src/protocol/mod.ts";
import { fc } from "./property.ts";

/** Texts that YAML, shells or terminals turn into something else, and any other. */
export const awkwardText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "on",
    "no",
    "~",
    "null",
    "0 9 * * *",
    "2026-11-23",
    "12:30:45",
    "a: b",
    ": ",
    "- item",
    "# no comment",
    "&anchor *alias",
    "!!binary x",
    "%directive",
    "0x1f",
    "1e3",
    ".inf",
    "  two  spaces",
    "first\nsecond\n\n  indented\n",
    "tab\there",
    "trailing \nspace",
    "\n\nlate",
    "\u001b[31mred\u0007",
    "\u202eover\u2066ride\u200b",
    "ü 日本 👩‍🚀",
    "\u{e0041}tag",
    "'single' \"double\" \\back",
    "---\nx\n...",
    "=",
    "<<",
    "\ufeffbom",
    "\u2028line\u2029paragraph\u0085next",
    "x".repeat(200),
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
).filter((text) => text.trim() !== "");

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);

/** A definition that gateways of this generation take, but for its schedule's time and where its agent lives. */
export function definitionFor(protocol: ProtocolVersion, text: fc.Arbitrary<string> = awkwardText) {
  const kinds = [systemEvent(protocol, text), agentTurn(protocol, text), ...(protocol === 4 ? [command(text)] : [])];
  const newer = protocol === 4 ? { displayName: word } : {};
  const common = fc.record({
    name: text.map((name) => name.trim().slice(0, 100).trim() || "x"),
    description: text,
    enabled: fc.boolean(),
    schedule: schedule(),
    sessionKey: fc.constantFrom("agent:main:main", "agent:main:other"),
    agentId: fc.constant("main"),
    wakeMode: fc.constantFrom("now" as const, "next-heartbeat" as const),
    deleteAfterRun: fc.boolean(),
    failureAlert: fc.oneof(fc.constant(false as const), alert(protocol)),
    ...newer,
  }, { requiredKeys: ["name", "schedule"] });
  return fc.tuple(common, fc.oneof(...kinds)).map(([members, rest]) => {
    // fast-check makes some objects without a prototype.
    const definition = structuredClone({ ...members, ...rest } as JobDefinition);
    const { pacing: _pacing, ...unpaced } = definition;
    // Only what fires again and again has a cadence.
    return definition.schedule.kind === "at" ? unpaced : definition;
  });
}

function schedule() {
  return fc.oneof(
    fc.integer({ min: 1, max: 365 * 9 }).map((days) => ({
      kind: "at" as const,
      at: new Date(Date.UTC(2027, 0, 1) + days * 86_400_000).toISOString(),
    })),
    fc.record({
      kind: fc.constant("every" as const),
      everyMs: fc.integer({ min: 3_600_000, max: 86_400_000 }),
      anchorMs: fc.integer({ min: 0, max: 1_700_000_000_000 }),
    }, { requiredKeys: ["kind", "everyMs"] }),
    fc.record({
      kind: fc.constant("cron" as const),
      expr: fc.constantFrom("0 * * * *", "0 9 * * 1-5", "5 4 * * *", "*/10 * * * *", "0 0 */2 * * *", "0 */3 1 1 *"),
      tz: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
      staggerMs: fc.constantFrom(0, 5_000, 300_000),
    }, { requiredKeys: ["kind", "expr"] }),
  );
}

function systemEvent(protocol: ProtocolVersion, text: fc.Arbitrary<string>) {
  return fc.record({
    sessionTarget: fc.constant("main"),
    payload: fc.record({ kind: fc.constant("systemEvent"), text }),
    delivery: fc.oneof(fc.constant({ mode: "none" as const }), webhook(protocol, false)),
  }, { requiredKeys: ["sessionTarget", "payload"] });
}

function agentTurn(protocol: ProtocolVersion, text: fc.Arbitrary<string>) {
  const payload = {
    kind: fc.constant("agentTurn"),
    message: text,
    model: fc.constantFrom("openai/gpt", "local/one"),
    fallbacks: fc.array(word, { maxLength: 2 }),
    thinking: fc.constantFrom("low", "high"),
    timeoutSeconds: fc.integer({ min: 0, max: 900 }),
    lightContext: fc.boolean(),
    allowUnsafeExternalContent: fc.boolean(),
    ...(protocol === 4 ? { toolsAllow: fc.array(word, { minLength: 1, maxLength: 2 }) } : {}),
  };
  const targets = protocol === 4 ? ["isolated", "session:lab"] : ["isolated"];
  return fc.record({
    sessionTarget: fc.constantFrom(...targets),
    payload: fc.record(payload, { requiredKeys: ["kind", "message"] }),
    delivery: delivery(protocol),
    ...(protocol === 4 ? { pacing: fc.constantFrom({ min: "1h" }, { min: "2h", max: "8h" }) } : {}),
  }, { requiredKeys: ["sessionTarget", "payload"] });
}

function command(text: fc.Arbitrary<string>) {
  return fc.record({
    sessionTarget: fc.constant("isolated"),
    payload: fc.record({
      kind: fc.constant("command"),
      argv: fc.constantFrom(["true"], ["sh", "-c", "date"]),
      cwd: fc.constant("/tmp"),
      env: fc.dictionary(fc.constantFrom("A", "B", "ON"), text, { maxKeys: 2 }),
      input: text,
      timeoutSeconds: fc.integer({ min: 1, max: 60 }),
      outputMaxBytes: fc.integer({ min: 100, max: 1000 }),
    }, { requiredKeys: ["kind", "argv"] }),
    delivery: delivery(4),
  }, { requiredKeys: ["sessionTarget", "payload"] });
}

function delivery(protocol: ProtocolVersion) {
  const route = {
    channel: fc.constant("last"),
    to: word,
    accountId: word,
    bestEffort: fc.boolean(),
    failureDestination: destination(),
    ...(protocol === 4 ? { threadId: word } : {}),
  };
  const announce = fc.record({ mode: fc.constant("announce" as const), ...route }, { requiredKeys: ["mode"] });
  const none = fc.record({ mode: fc.constant("none" as const), ...route }, { requiredKeys: ["mode"] });
  return fc.oneof(announce, none, webhook(protocol, true));
}

/** Where failures go may differ only outside the main session, or with a webhook. */
function webhook(protocol: ProtocolVersion, hasMore: boolean) {
  return fc.record({
    mode: fc.constant("webhook" as const),
    to: fc.webUrl({ validSchemes: ["https"] }),
    bestEffort: fc.boolean(),
    ...(hasMore ? { failureDestination: destination() } : {}),
    ...(protocol === 3 && hasMore ? { accountId: word } : {}),
  }, { requiredKeys: ["mode", "to"] });
}

function destination() {
  return fc.record({ channel: fc.constant("last"), to: word, accountId: word }, { requiredKeys: ["channel"] });
}

function alert(protocol: ProtocolVersion) {
  return fc.record({
    after: fc.integer({ min: 1, max: 9 }),
    channel: fc.constant("last"),
    to: word,
    cooldownMs: fc.integer({ min: 0, max: 100_000 }),
    mode: fc.constant("announce" as const),
    accountId: word,
    ...(protocol === 4 ? { includeSkipped: fc.boolean() } : {}),
  }, { requiredKeys: [] });
}
