/**
 * `claw cron status`: whether the gateway's scheduler is on, and what it has before it. A scheduler that is off is the
 * answer no: exit 1.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative, type View } from "../../cli/outcome.ts";
import { formatInstant, formatRelative } from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { isBuiltIn, lastStatusOf } from "../../cron/job_status.ts";
import { listJobs } from "../../cron/jobs.ts";
import { type CronJob, type ResultOf, scopes } from "../../protocol/mod.ts";
import { zoneOf } from "./job_words.ts";

export const cronStatus = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw cron status", does: "is the scheduler on, and when does it wake next?" },
    { line: "claw cron status --json", does: "for a program" },
  ],
  notes: [
    "Exit 1 when the scheduler is off: then no job runs by itself, whatever its own state. The setting is `cron.enabled`\n" +
    "in the gateway's configuration, or OPENCLAW_SKIP_CRON=1 in its environment.",
  ],
  async run(_options, _operands, context) {
    const { connection } = await context.gateway(scopes.read);
    const status = await connection.call("cron.status", {}, context.signal);
    const counts = countJobs(await listJobs(connection, {}, context.signal));
    const nowMs = gatewayNow(connection, context.clock);
    const view = viewOf(status, counts, { nowMs, zone: zoneOf(context) });
    return (status.enabled ? done : negative)({ ...status, counts }, view);
  },
});

/** How many jobs there are, and of which sort; built-in ones are counted among the others too. */
interface Counts {
  readonly all: number;
  readonly enabled: number;
  readonly disabled: number;
  readonly running: number;
  readonly failing: number;
  readonly builtIn: number;
}

function countJobs(jobs: readonly CronJob[]): Counts {
  const count = (fits: (job: CronJob) => boolean) => jobs.filter(fits).length;
  return {
    all: jobs.length,
    enabled: count(({ enabled }) => enabled),
    disabled: count(({ enabled }) => !enabled),
    running: count(({ state }) => Boolean(state.runningAtMs)),
    failing: count(({ enabled, state }) => enabled && lastStatusOf(state) === "error"),
    builtIn: count(isBuiltIn),
  };
}

function viewOf(
  { enabled, nextWakeAtMs, storePath }: ResultOf<"cron.status">,
  counts: Counts,
  { nowMs, zone }: { readonly nowMs: number; readonly zone: string },
): View {
  const { all, disabled, running, failing, builtIn } = counts;
  const details = Object.entries({ enabled: counts.enabled, disabled, running, failing, "built-in": builtIn })
    .filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  const wake = typeof nextWakeAtMs === "number"
    ? `${formatInstant(nextWakeAtMs, zone)} (${nextWakeAtMs > nowMs ? formatRelative(nextWakeAtMs, nowMs) : "due"})`
    : "none";
  return {
    kind: "pairs",
    pairs: [
      ["scheduler", enabled ? "on" : "off: no job runs by itself"],
      ["jobs", all === 0 ? "none" : `${all} (${details.join(", ")})`],
      ["next wake", enabled ? wake : "none"],
      ...(typeof storePath === "string" ? [["store", storePath] as const] : []),
      ...(enabled ? [] : [
        [
          "turn it on",
          "set cron.enabled to true in the gateway's configuration (openclaw config set cron.enabled true), see that " +
          "OPENCLAW_SKIP_CRON is not set for it, and restart it",
        ] as const,
      ]),
    ],
  };
}
