/**
 * `claw heartbeat last`: the last heartbeat run of the gateway's agent. None since the gateway started is the answer no.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative, type Pairs } from "../../cli/outcome.ts";
import { formatDuration, formatInstant, formatRelative } from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { type Heartbeat, scopes } from "../../protocol/mod.ts";

export const heartbeatLast = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw heartbeat last", does: "when did a heartbeat run last, and what came of it?" },
    { line: "claw heartbeat last --json", does: "for a program" },
  ],
  notes: ["Exit 1 when none ran since the gateway started. One that failed was one all the same: look at its status."],
  async run(_options, _operands, context) {
    const { connection } = await context.gateway(scopes.read);
    const heartbeat = await connection.call("last-heartbeat", undefined, context.signal);
    if (heartbeat === null) {
      return negative({ heartbeat }, { kind: "line", text: "no heartbeat ran since the gateway started" });
    }
    const pairs = pairsOf(heartbeat, gatewayNow(connection, context.clock), context.zone ?? "UTC");
    return done({ heartbeat }, { kind: "pairs", pairs });
  },
});

/** `sent` and the `ok-…` kinds mean that a run took place and ended well. */
function pairsOf(heartbeat: Heartbeat, nowMs: number, zone: string): Pairs {
  const { ts, status, reason, preview, durationMs } = heartbeat;
  return [
    ["heartbeat", `${formatInstant(ts, zone)} (${formatRelative(ts, nowMs)})`],
    ["status", status],
    ...(reason === undefined ? [] : [["reason", reason] as const]),
    ...(durationMs === undefined ? [] : [["took", formatDuration(durationMs)] as const]),
    ...(preview === undefined ? [] : [["said", preview] as const]),
  ];
}
