/**
 * Whether what a file or an editor says is a definition of a job: known members only, of the right types, with
 * expressions, zones and instants that can be read, all before anything is sent. Where it stands is `jobs_file.ts`.
 */
import { CronAddParams } from "../protocol/mod.ts";
import { asClawError } from "../errors.ts";
import { checkExpression, namedZone } from "../schedule/fire_times.ts";
import { type Complaint, complaintOf } from "./complaint.ts";
import type { JobDefinition } from "./definition.ts";
import { isMembers, membersOf } from "./members.ts";

type Issue = Parameters<typeof complaintOf>[0][number];

/** A definition, or everything that is wrong with it. */
export type Judged = { readonly definition: JobDefinition } | { readonly complaints: readonly Complaint[] };

/** Without a zone or an offset an instant would mean another time elsewhere. */
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Checks a value that was written by hand. A `sessionTarget` that is left out is the only one that fits the payload:
 * `main` for a system event, else `isolated`; a `wakeMode` is `now`.
 */
export function judgeDefinition(value: unknown): Judged {
  if (!isMembers(value)) {
    return { complaints: [{ path: [], message: "this is no job: write its name, schedule and payload" }] };
  }
  const sessionTarget = membersOf(value["payload"])["kind"] === "systemEvent" ? "main" : "isolated";
  const complete = { sessionTarget, wakeMode: "now", ...value };
  const parsed = CronAddParams.safeParse(complete);
  if (!parsed.success) {
    return { complaints: parsed.error.issues.flatMap((issue) => complaintsOf(issue, complete)) };
  }
  const { wakeMode: _now, ...silent } = parsed.data;
  const definition = Object.hasOwn(value, "wakeMode") ? parsed.data : silent;
  const complaints = [...blanks(definition), ...scheduleComplaints(definition), ...sessionComplaints(definition)];
  return complaints.length > 0 ? { complaints } : { definition };
}

function complaintsOf(issue: Issue, value: object): readonly Complaint[] {
  if (issue.code !== "unrecognized_keys") return [complaintOf([issue], value)];
  return issue.keys.map((key) => complaintOf([{ ...issue, keys: [key] }], value));
}

/** Gateways trim these, and then miss them. */
function blanks({ name, payload }: JobDefinition): readonly Complaint[] {
  const texts: Readonly<Record<string, unknown>> = payload;
  const members = ["text", "message", "script"].map((member) => ["payload", member] as const);
  const given = [[["name"], name] as const, ...members.map((path) => [path, texts[path[1]]] as const)];
  return given.filter(([, text]) => typeof text === "string" && text.trim() === "")
    .map(([path]) => ({ path, message: `${path.join(".")} is blank` }));
}

function scheduleComplaints({ schedule }: JobDefinition): readonly Complaint[] {
  if (schedule.kind === "cron") {
    const complaint = complaintAbout(() => checkExpression(schedule.expr, namedZone(schedule) ?? "UTC"));
    const member = schedule.tz !== undefined && complaint?.includes("time zone") ? "tz" : "expr";
    return complaint === undefined ? [] : [{ path: ["schedule", member], message: `schedule.${member}: ${complaint}` }];
  }
  if (schedule.kind !== "at" || (instant.test(schedule.at) && !Number.isNaN(Date.parse(schedule.at)))) return [];
  const message = `schedule.at: '${schedule.at}' is no instant with an offset, like 2026-11-23T09:00:00+01:00`;
  return [{ path: ["schedule", "at"], message }];
}

/** Both generations refuse what does not fit. */
function sessionComplaints({ sessionTarget, payload }: JobDefinition): readonly Complaint[] {
  const isMain = sessionTarget === "main";
  const fits = payload.kind === "script" || isMain === (payload.kind === "systemEvent");
  if (fits) return [];
  const message = isMain
    ? `sessionTarget: main takes a systemEvent, no ${payload.kind}`
    : `sessionTarget: ${sessionTarget} takes no systemEvent; main does`;
  return [{ path: ["sessionTarget"], message }];
}

function complaintAbout(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return asClawError(thrown).message;
  }
}
