/**
 * `claw health`: the gateway's own report on itself, in short. What it calls a fault is the answer no: exit 1.
 */
import { defineCommand } from "../cli/command.ts";
import { done, negative, type Pairs } from "../cli/outcome.ts";
import { formatDuration } from "../cli/times.ts";
import { gatewayNow } from "../cron/gateway_clock.ts";
import { type ResultOf, scopes } from "../protocol/mod.ts";
import { isRecord } from "../settings/config_text.ts";
import { describePlace, placeOf } from "../settings/endpoint.ts";

type Report = ResultOf<"health">;

export const health = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {
    probe: {
      type: "boolean",
      summary: "let the gateway look anew, at its channels too, rather than report what it knows",
    },
  },
  examples: [
    { line: "claw health", does: "is the gateway well?" },
    { line: "claw health --probe --json", does: "the whole report, made anew, for a program" },
  ],
  notes: [
    "Exit 1 when the gateway says that it is not well: `ok` is false, its event loop or its model runtime is degraded, a\n" +
    "plugin or a channel's probe failed, or a context engine is quarantined. The report may be a minute old, unless\n" +
    "--probe is given. 2026.3.13 reports on channels and agents alone. What could not be delivered is shown, and no fault.",
  ],
  async run({ probe }, _operands, context) {
    const { connection } = await context.gateway(scopes.read);
    const report = await connection.call("health", probe ? { probe } : {}, context.signal);
    const endpoint = (await context.settings()).endpoint.value;
    const { server } = connection.handshake.hello;
    const troubles = troublesOf(report);
    const ageMs = Math.max(0, gatewayNow(connection, context.clock) - report.ts);
    const gateway = { ...placeOf(endpoint), version: server.version };
    const data = { gateway, isWell: troubles.length === 0, troubles, ageMs, report };
    const pairs: Pairs = [
      ["gateway", `${describePlace(endpoint)} (version ${server.version})`],
      ["health", troubles.length === 0 ? "ok" : "NOT OK"],
      ...troubles.map((trouble) => ["trouble", trouble] as const),
      ...factsOf(report),
      ["as of", ageMs < 1_000 ? "now" : `${formatDuration(ageMs)} ago`],
    ];
    return (troubles.length === 0 ? done : negative)(data, { kind: "pairs", pairs });
  },
});

/** What the report itself calls a fault, in words; nothing is judged here that the gateway does not. */
function troublesOf(report: Report): readonly string[] {
  const { eventLoop, modelRuntime, plugins, contextEngines } = report;
  const reasons = isRecord(eventLoop) ? textsOf(eventLoop["reasons"]).join(", ") : "";
  return [
    ...(report.ok ? [] : ["the gateway says that it is not ok"]),
    ...(isDegraded(eventLoop) ? [`the event loop is degraded${reasons === "" ? "" : `: ${reasons}`}`] : []),
    ...(isDegraded(modelRuntime) ? ["the model runtime is degraded"] : []),
    ...(isRecord(plugins) ? recordsOf(plugins["errors"]).map((error) => `a plugin failed: ${wordsOf(error)}`) : []),
    ...(isRecord(contextEngines) ? recordsOf(contextEngines["quarantined"]) : []).map(({ engineId, reason }) =>
      `a context engine is quarantined: ${wordsOf({ id: engineId, error: reason })}`
    ),
    ...channelsOf(report).flatMap(([name, channel]) => {
      const failed = [channel, ...recordsOf(channel["accounts"])].map(({ probe }) => probe)
        .find((probe) => isRecord(probe) && probe["ok"] === false);
      return isRecord(failed) ? [`channel ${name}: the probe failed${detail(failed["error"])}`] : [];
    }),
  ];
}

function factsOf(report: Report): Pairs {
  const channels = channelsOf(report).map(([name, channel]) => {
    const isConfigured = channel["configured"] !== false;
    return isConfigured ? name : `${name} (not configured)`;
  });
  return [
    ["channels", channels.join(", ") || "none"],
    ["agents", recordsOf(report["agents"]).map(agentWords).join(", ") || "none"],
    ...undelivered(report["deliveryQueues"]),
  ];
}

/** What lies in the queues for good: the gateway warns of it, and is well all the same. */
function undelivered(queues: unknown): Pairs {
  if (!isRecord(queues)) return [];
  const entries = [...recordsOf(queues["failed"]), ...recordsOf(queues["ingressFailed"])];
  const counts = entries.map(({ queueName, channelId, count }) => `${said(queueName ?? channelId)}: ${said(count)}`);
  return counts.length === 0 ? [] : [["undelivered", counts.join(", ")]];
}

function agentWords({ agentId, heartbeat }: Readonly<Record<string, unknown>>): string {
  if (!isRecord(heartbeat)) return said(agentId);
  const every = heartbeat["enabled"] === false ? "no heartbeat" : `heartbeat every ${said(heartbeat["every"])}`;
  return `${said(agentId)} (${every})`;
}

/** A text or a number; reports may hold anything. */
function said(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "?";
}

function channelsOf({ channels }: Report): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (!isRecord(channels)) return [];
  return Object.entries(channels).flatMap(([name, channel]) => isRecord(channel) ? [[name, channel] as const] : []);
}

function isDegraded(part: unknown): boolean {
  return isRecord(part) && part["degraded"] === true;
}

/** The entries of a list, or of an object of them. */
function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(isRecord(value) || Array.isArray(value) ? value : {}).filter(isRecord);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

function wordsOf({ id, error, message }: Readonly<Record<string, unknown>>): string {
  return `${typeof id === "string" ? id : "unnamed"}${detail(error ?? message)}`;
}

function detail(text: unknown): string {
  return typeof text === "string" && text !== "" ? `: ${text}` : "";
}
