/**
 * `claw presence`: who is connected to the gateway, or was within the last minutes. Clients like claw itself, which come
 * and go, are not listed by any gateway.
 */
import { defineCommand } from "../cli/command.ts";
import { type Cell, type Column, done, type View } from "../cli/outcome.ts";
import { formatRelative } from "../cli/times.ts";
import { gatewayNow } from "../cron/gateway_clock.ts";
import { type PresenceEntry, scopes } from "../protocol/mod.ts";

export const presence = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw presence", does: "who is there, the latest first" },
    { line: "claw presence --json", does: "all that the gateway knows of each, for a program" },
  ],
  notes: [
    "The gateway itself stands in the list. An entry goes some minutes after its last sign of life, so that one who has\n" +
    "left may still be there; command-line clients, claw among them, are never listed.",
  ],
  async run(_options, _operands, context) {
    const { connection } = await context.gateway(scopes.read);
    const entries = await connection.call("system-presence", undefined, context.signal);
    const latest = entries.toSorted((a, b) => b.ts - a.ts);
    return done({ presence: latest }, viewOf(latest, gatewayNow(connection, context.clock)));
  },
});

const columns: readonly Column[] = [
  { label: "HOST", shrinks: true },
  { label: "MODE" },
  { label: "ADDRESS", isExtra: true },
  { label: "PLATFORM", isExtra: true, shrinks: true },
  { label: "VERSION" },
  { label: "WHY" },
  { label: "SEEN" },
];

function viewOf(entries: readonly PresenceEntry[], nowMs: number): View {
  if (entries.length === 0) return { kind: "line", text: "nobody is there" };
  const rows = entries.map((entry): readonly Cell[] => [
    entry.host ?? entry.text ?? "-",
    entry.mode ?? "-",
    wordOf(entry["ip"]),
    wordOf(entry["platform"]),
    wordOf(entry["version"]),
    entry.reason ?? "-",
    formatRelative(entry.ts, nowMs),
  ]);
  return { kind: "table", columns, rows };
}

function wordOf(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "-";
}
