/**
 * `claw cron edit`: changes a job by flags, or in the person's editor when there are none (`edit_in_editor.ts`). Only
 * what changed is sent, and on protocol 4 only if nobody else changed the job since it was read.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { definitionOf, type JobDefinition } from "../../cron/definition.ts";
import { isBuiltIn } from "../../cron/job_status.ts";
import { findJob } from "../../cron/jobs.ts";
import { type Members, membersOf } from "../../cron/members.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { changeJob } from "./change_job.ts";
import { contradiction, definitionFlags, type DefinitionOptions, isGiven } from "./definition_flags.ts";
import { applyFlags, compact } from "./definition_members.ts";
import { readDefinitionInput } from "./definition_input.ts";
import { settleDefinition } from "./definition_text.ts";
import { unsetPaths, without } from "./unset_fields.ts";

const flags = {
  ...definitionFlags,
  enable: { type: "boolean", summary: "switch it on" },
  disable: { type: "boolean", summary: "switch it off" },
  unset: { type: "list", value: "field", summary: "take this field away, like model or description; may be repeated" },
} as const;

interface EditOptions extends DefinitionOptions {
  readonly enable: boolean;
  readonly disable: boolean;
  readonly unset: readonly string[];
}

/** What flags and file ask for, read before anything is dialled. */
interface Request {
  readonly options: EditOptions;
  readonly members: Members;
  readonly unset: readonly string[];
}

export const cronEdit = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags,
  examples: [
    { line: 'claw cron edit "morning report" --cron "30 8 * * 1-5"', does: "half an hour earlier" },
    { line: "claw cron edit tea --unset model --dry-run", does: "see what would change, and send nothing" },
    { line: "claw cron edit tea", does: "open it in your editor ($VISUAL or $EDITOR)" },
  ],
  notes: [
    "A zone that the job has is kept unless --tz is given; --tz alone moves the expression that is there. In a file for\n" +
    "--json-file, null takes a member away.",
    "With --json, data has status (changed, unchanged, would-change), job as the gateway has it, changes: [{path, before,\n" +
    "after}], and nextFires: [{instant, isPlanned}], none of a job that is off.",
  ],
  async run(options, [reference = ""], context) {
    const isBare = Object.entries(options).every(([name, value]) => name === "dryRun" || !isGiven(value));
    const request = isBare ? undefined : await read(options, context);
    const { connection } = await context.gateway(options.dryRun ? scopes.read : scopes.admin);
    const job = await findJob(connection, reference, context.signal);
    heedOwner(job, context);
    // YAML is for the editor alone.
    if (request === undefined) return await (await import("./edit_in_editor.ts")).editInEditor(job, options, context);
    const here = { nowMs: context.clock.now(), zone: context.zone };
    const before = definitionOf(job);
    const { wanted, notes, readIn } = wantedBy(request, before, here);
    for (const note of notes) context.warn(note);
    return await changeJob(job, wanted, { dryRun: options.dryRun, readIn }, { connection, context });
  },
});

/** What the heartbeat does is no payload of people, and 2026.9.6 lets none of them edit it. */
function heedOwner(job: CronJob, context: Context): void {
  if (!isBuiltIn(job)) return;
  if (job.payload.kind !== "heartbeat") {
    return context.warn(`the gateway keeps '${job.name}' for itself, and may undo the change`);
  }
  throw new ClawError(
    "gateway/unsupported",
    `'${job.name}' (${job.id}) is built into the gateway: nobody can edit it`,
    {
      hint: `see it with \`claw cron show ${shellWord(job.id)}\``,
    },
  );
}

/** @throws ClawError for all that is wrong with flags and file whatever the job is */
async function read(given: EditOptions, context: Context): Promise<Request> {
  if (given.enable && given.disable) throw contradiction("--enable", "--disable");
  const unset = unsetPaths(given.unset);
  const { options, members } = await readDefinitionInput(given, context);
  // A job that fits all that flags may say: only what is wrong by itself shows.
  const anyJob = { schedule: { kind: "cron", expr: "* * * * *", tz: "UTC" }, payload: { kind: "agentTurn" } };
  applyFlags(options, anyJob, { nowMs: context.clock.now(), zone: context.zone ?? "UTC" });
  return { options, members, unset };
}

function wantedBy({ options, members, unset }: Request, before: JobDefinition, here: Here) {
  const { definition, read } = applyFlags(options, merged(before, members), here);
  const enabled = options.enable ? true : options.disable ? false : definition["enabled"];
  const complete = without({ ...definition, enabled }, unset);
  return { wanted: settleDefinition(complete, here, before.schedule), notes: read?.notes ?? [], readIn: read?.zone };
}

/** Schedule, payload and delivery of the same kind are merged, other members replaced, and null takes one away. */
function merged(before: JobDefinition, members: Members): Members {
  const parts = Object.entries(members).map(([name, value]): [string, unknown] => {
    if (value === null) return [name, undefined];
    const old = membersOf(Reflect.get(before, name));
    const given = membersOf(value);
    const isSame = ["schedule", "payload", "delivery"].includes(name) && (given["kind"] ?? old["kind"]) === old["kind"];
    return [name, isSame ? withoutNulls({ ...old, ...given }) : value];
  });
  return compact({ ...before, ...Object.fromEntries(parts) });
}

function withoutNulls(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
