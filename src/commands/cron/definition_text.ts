/**
 * Definitions that a person wrote out in JSON, in a file or an editor, and the checks that every definition passes
 * before it is sent, wherever it came from.
 */
import type { JobDefinition } from "../../cron/definition.ts";
import { judgeDefinition } from "../../cron/definition_check.ts";
import { isMembers, type Members, membersOf } from "../../cron/members.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { parseJson } from "../../protocol/mod.ts";
import { checkExpression, namedZone, nextFires } from "../../schedule/fire_times.ts";
import { type Here, readInstant } from "../../schedule/instant_text.ts";

/**
 * Reads the members of a definition.
 * @param from what people know the text by: a path, or where it was typed
 * @throws ClawError `input/invalid` that names the line where JSON breaks off
 */
export function parseMembers(text: string, from: string): Members {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (thrown) {
    const { cause } = asClawError(thrown);
    const why = cause instanceof Error ? cause.message.replace(/^JSON(\.parse| Parse error)?: /, "") : "it is no JSON";
    throw new ClawError("input/invalid", `${from}${placeOf(text, why)} is not JSON: ${why}`, { cause });
  }
  if (isMembers(value)) return value;
  throw new ClawError("input/invalid", `${from} is not a JSON object with the members of a job`);
}

/**
 * A definition that may be sent: checked, and its schedule made to mean the same everywhere.
 * @param before the schedule that the job has: what did not change is not judged
 * @throws ClawError `input/invalid`, naming the member
 */
export function settleDefinition(definition: Members, here: Here, before?: Members): JobDefinition {
  const schedule = settleSchedule(membersOf(definition["schedule"]), here, before);
  const judged = judgeDefinition({ ...definition, ...(schedule === undefined ? {} : { schedule }) });
  if ("definition" in judged) return judged.definition;
  const [complaint] = judged.complaints;
  throw new ClawError("input/invalid", complaint?.message ?? "it is no definition", {
    details: { path: complaint?.path.map(String) ?? [] },
  });
}

/** Wall clocks become instants, and an expression without a zone gets the person's: a gateway would take its own. */
function settleSchedule(schedule: Members, here: Here, before: Members | undefined): Members | undefined {
  const { kind, at, expr } = schedule;
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(schedule)) return undefined;
  if (kind === "at" && typeof at === "string") {
    return { ...schedule, at: new Date(readInstant(at, here).instantMs).toISOString() };
  }
  if (kind !== "cron" || typeof expr !== "string") return undefined;
  // Whoever takes the zone away of a job that had one means that.
  const named = namedZone({ ...schedule, kind });
  const isTheirs = before?.["kind"] === "cron" && named === undefined;
  const zone = named ?? here.zone;
  if (zone === undefined && !isTheirs) {
    throw new ClawError("input/invalid", "schedule.tz is missing, and your time zone is unknown", {
      hint: "name the zone of the expression, like Europe/Berlin or UTC",
    });
  }
  checkExpression(expr, zone ?? "UTC");
  if (nextFires({ kind, expr }, here.nowMs, 1, zone ?? "UTC").length === 0) {
    throw new ClawError("input/invalid", `'${expr}' never fires: there is no such time to come`);
  }
  return isTheirs ? undefined : { ...schedule, tz: zone };
}

/** Runtimes tell the place in different ways, or not at all. */
function placeOf(text: string, why: string): string {
  const [, line] = /line (\d+)/.exec(why) ?? [];
  if (line !== undefined) return `, line ${line},`;
  const [, position] = /position (\d+)/.exec(why) ?? [];
  return position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length},`;
}
