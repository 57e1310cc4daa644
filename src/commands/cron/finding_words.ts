/**
 * What `claw cron doctor` says of each finding: one sentence, and the one command that mends it. Pure; the findings are
 * `src/cron/findings.ts`.
 */
import { formatClock, formatDay, formatDuration, formatMinute, formatRelative } from "../../cli/times.ts";
import type { Fault, Finding } from "../../cron/findings.ts";
import { shellWord } from "../../cron/shell_word.ts";

/** What is said of a finding. */
export interface Advice {
  readonly sentence: string;
  /** One line for the shell. */
  readonly command: string;
}

/** What the words need beside the finding. */
export interface FindingContext {
  /** By the gateway's clock. */
  readonly nowMs: number;
  /** The person's zone. */
  readonly zone: string;
  /** The job's id, as short as it can be. */
  readonly id: string;
  /** The gateway's default agent. */
  readonly defaultAgent: string;
}

/** What the sentences are made of. */
interface Parts {
  /** The job's name in quotes. */
  readonly name: string;
  readonly context: FindingContext;
  moment(atMs: number): string;
  /** The command line of a verb for the job. */
  line(verb: string, flags?: string): string;
}

type Of<Kind extends Fault["kind"]> = Extract<Finding, { readonly kind: Kind }>;
type Words = { readonly [Kind in Fault["kind"]]: (finding: Of<Kind>, parts: Parts) => Advice };

const restart = "openclaw gateway restart";

const words: Words = {
  "scheduler-off": () => ({
    sentence: "the scheduler is off, so no job runs by itself: cron.enabled is false in the gateway's configuration, " +
      "or OPENCLAW_SKIP_CRON is set for it",
    command: `openclaw config set cron.enabled true && ${restart}`,
  }),
  "overdue": ({ dueAtMs }, { name, moment }) => ({
    sentence: `${name} was due at ${moment(dueAtMs)} and has not started: the scheduler is stuck or very busy`,
    command: restart,
  }),
  "missed": ({ dueAtMs }, { name, line, moment }) => ({
    sentence: `${name} was due at ${moment(dueAtMs)}, but no run of it is known since`,
    command: line("run", "--wait"),
  }),
  "overrunning": ({ sinceMs, timeoutMs }, { name, moment }) => ({
    sentence:
      `${name} has been running since ${moment(sinceMs)}, though a run may take ${formatDuration(timeoutMs)}: ` +
      "its end was never noted",
    command: restart,
  }),
  "no-next-run": (_finding, { name, line }) => ({
    sentence: `${name} is enabled, but the gateway has planned no run of it`,
    command: line("edit"),
  }),
  // Nobody but the job's owner can mend the cause; a run that goes well is what ends the count.
  "failing": ({ count, error }, { name, line }) => ({
    sentence: `${name} ${count === 1 ? "failed the last time" : `failed ${count} times in a row`}${because(error)}`,
    command: line("run", "--wait"),
  }),
  "switched-off": ({ count, error }, { name, line }) => ({
    sentence: `${name} was disabled by the gateway after ${count} errors${because(error)}`,
    command: line("enable"),
  }),
  // A webhook's receiver must be mended, and the answer sent again; a channel may just be the wrong one.
  "undelivered": ({ job, error }, { name, line }) => ({
    sentence: `${name} ran well, but its answer was not delivered${because(error)}`,
    command: job?.delivery?.mode === "webhook" ? line("run", "--wait") : line("edit", "--announce --channel last"),
  }),
  "foreign-zone": ({ job, gatewayZone, nextMs, meantMs }, { name, line, context: { zone } }) => ({
    sentence: `${name} names no zone, and the gateway reads '${job?.schedule["expr"]}' in ${gatewayZone}: it runs at ` +
      whenHere(nextMs, meantMs, zone),
    command: line("edit", `--tz ${zone}`),
  }),
  "ownerless": (_finding, { name, line, context }) => ({
    sentence: `${name} belongs to no agent that the gateway knows, so it cannot run`,
    command: line("edit", `--agent ${shellWord(context.defaultAgent)}`),
  }),
};

/** The words for a finding. */
export function adviceFor(finding: Finding, context: FindingContext): Advice {
  const tell = words[finding.kind] as (finding: Finding, parts: Parts) => Advice;
  return tell(finding, {
    name: `'${finding.job?.name ?? ""}'`,
    context,
    moment: (atMs) => `${formatMinute(atMs, context.zone)} (${formatRelative(atMs, context.nowMs)})`,
    line: (verb, flags) => lineFor(verb, context.id, flags),
  });
}

/** An id that looks like a flag stands last, behind the mark that ends the flags. */
function lineFor(verb: string, id: string, flags: string | undefined): string {
  const words = id.startsWith("-") ? [verb, flags, "--", shellWord(id)] : [verb, shellWord(id), flags];
  return ["claw cron", ...words].filter((word) => word !== undefined).join(" ");
}

function because(error: string | undefined): string {
  return error === undefined ? "" : `: ${error}`;
}

function whenHere(nextMs: number, meantMs: number, zone: string): string {
  const isSameDay = formatDay(nextMs, zone) === formatDay(meantMs, zone);
  const format = isSameDay ? formatClock : formatMinute;
  return `${format(nextMs, zone)} here, not at ${format(meantMs, zone)}`;
}
