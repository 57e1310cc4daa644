/**
 * How a plan for jobs reads, before and after it is carried out: lines for people, data for programs, and the error that
 * a run ends with when something did not go through. Pure; shared by apply and diff.
 */
import type { View } from "../../cli/outcome.ts";
import type { Fate, Result } from "../../cron/carry_out.ts";
import { formatChanges } from "../../cron/changes.ts";
import type { JobDefinition } from "../../cron/definition.ts";
import type { Plan, Step } from "../../cron/plan.ts";
import { ClawError, exitOf } from "../../errors.ts";
import { namedZone } from "../../schedule/fire_times.ts";

/** The plan as lines: what would be sent for each job that is not as the file has it, and how many there are of each. */
export function planView({ steps, kept }: Plan): View {
  return stack([...steps.flatMap((step) => stepLines(step, step.kind)), ...keptLines(kept), planSummary(steps)]);
}

/** What became of each job that was not as the file has it, and how many there are of each. */
export function resultsView(results: readonly Result[], { kept }: Plan): View {
  const lines = results.flatMap(({ step, fate, error }) =>
    fate === "untried"
      ? [line("not tried", step.name)]
      : stepLines(step, fate === "unchanged" ? step.kind : fate, error)
  );
  return stack([...lines, ...keptLines(kept), resultsSummary(results)]);
}

/** The plan for programs. */
export function planData({ steps, kept }: Plan): object {
  return { jobs: steps.map(stepData), kept: keptData(kept), summary: countsOf(steps.map(({ kind }) => kind)) };
}

/** What became of the plan, for programs. */
export function resultsData(results: readonly Result[], { kept }: Plan): object {
  const jobs = results.map(({ step, fate, id, error }) => ({
    ...stepData(step),
    status: fate,
    ...(id === undefined ? {} : { id }),
    ...(error === undefined ? {} : { error: errorData(error) }),
  }));
  return { jobs, kept: keptData(kept), summary: resultCounts(results) };
}

/**
 * The error that carrying out ends with, undefined when all went well: of all errors the one with the highest exit
 * number, which is 79 as soon as nobody knows what became of a job.
 * @param ended why the run ended early, if it did
 */
export function worstOf(results: readonly Result[], ended: ClawError | undefined): ClawError | undefined {
  const bad = results.filter(({ fate }) => ["failed", "uncertain", "untried"].includes(fate));
  const errors = bad.flatMap(({ step, fate, error }) =>
    error === undefined || fate === "untried" ? [] : [{ step, error }]
  );
  const candidates = [...errors, ...(ended !== undefined && bad.length > 0 ? [{ step: undefined, error: ended }] : [])];
  const [worst] = candidates.sort((a, b) => exitOf(b.error) - exitOf(a.error));
  if (worst === undefined) return undefined;
  const { code, message, hint, details } = worst.error;
  const counts = resultCounts(results);
  const parts = [
    ...(counts.failed > 0
      ? [`${counts.failed} of ${results.length} ${results.length === 1 ? "job" : "jobs"} failed`]
      : []),
    ...(counts.uncertain > 0 ? [`what became of ${counts.uncertain} is not known`] : []),
    ...(counts.untried > 0 ? [`${counts.untried} of ${results.length} not tried`] : []),
  ];
  const told = parts.join(", ");
  const { step, error: cause } = worst;
  if (step === undefined) {
    const again = "apply the file again: what is done stays done";
    return new ClawError(code, `${message}: ${told}`, { hint: again, details, cause });
  }
  return new ClawError(code, `${told}: ${named(step, `'${step.name}'`, message)}`, {
    ...(hint === undefined ? {} : { hint }),
    details,
    cause,
  });
}

/** Names of the jobs whose cron expression has no zone of its own. */
export function zonelessNames(definitions: readonly JobDefinition[]): readonly string[] {
  return definitions.filter(({ schedule }) => schedule.kind === "cron" && namedZone(schedule) === undefined).map((
    { name },
  ) => name);
}

function stepLines(step: Step, word: Step["kind"] | Fate, error?: ClawError): readonly string[] {
  if (step.kind === "unchanged") return step.isOver ? [line("over", `${step.name}: its time has passed`)] : [];
  const problem = error ?? (step.kind === "refused" ? step.error : undefined);
  const id = step.kind === "remove" ? ` (${step.job.id})` : "";
  const label = `${step.name}${id}`;
  const head = line(word, problem === undefined ? label : named(step, label, problem.message));
  const isTold = step.kind === "change" && (word === "change" || word === "changed");
  return [head, ...(isTold ? formatChanges(step.change.changes).map((text) => `${" ".repeat(wordWidth)}${text}`) : [])];
}

/** A message with the job that it is about, unless it names the job itself. */
function named({ name }: Step, label: string, message: string): string {
  return message.startsWith(`'${name}'`) ? message : `${label}: ${message}`;
}

const wordWidth = 11;

function line(word: string, text: string): string {
  return `${word.padEnd(wordWidth)}${text}`;
}

function keptLines(kept: Plan["kept"]): readonly string[] {
  return kept.map(({ job, why }) => line("left", `${job.name} (${job.id}): ${why}`));
}

function stepData(step: Step): object {
  const { kind: action, name } = step;
  if (step.kind === "create") return { name, action };
  if (step.kind === "refused") return { name, action, error: errorData(step.error) };
  const id = step.job === undefined ? {} : { id: step.job.id };
  if (step.kind === "change") return { name, action, ...id, changes: step.change.changes };
  return { name, action, ...id, ...("isOver" in step ? { over: true } : {}) };
}

function keptData(kept: Plan["kept"]): readonly object[] {
  return kept.map(({ job, why }) => ({ name: job.name, id: job.id, why }));
}

function errorData({ code, message, hint }: ClawError): object {
  return { code, message, hint };
}

function planSummary(steps: readonly Step[]): string {
  const { create, change, unchanged, remove, refused } = countsOf(steps.map(({ kind }) => kind));
  const tail = refused > 0 ? `, ${refused} refused` : "";
  return `${create} to create, ${change} to change, ${unchanged} unchanged, ${remove} to remove${tail}`;
}

function resultsSummary(results: readonly Result[]): string {
  const { created, changed, unchanged, removed, failed, uncertain, untried } = resultCounts(results);
  const tail = [
    ...(failed > 0 ? [`, ${failed} failed`] : []),
    ...(uncertain > 0 ? [`, ${uncertain} uncertain`] : []),
    ...(untried > 0 ? [`, ${untried} not tried`] : []),
  ];
  return `${created} created, ${changed} changed, ${unchanged} unchanged, ${removed} removed${tail.join("")}`;
}

function countsOf(kinds: readonly Step["kind"][]): Readonly<Record<Step["kind"], number>> {
  const count = (kind: Step["kind"]) => kinds.filter((other) => other === kind).length;
  return {
    create: count("create"),
    change: count("change"),
    unchanged: count("unchanged"),
    remove: count("remove"),
    refused: count("refused"),
  };
}

function resultCounts(results: readonly Result[]): Readonly<Record<Fate, number>> {
  const count = (fate: Fate) => results.filter((result) => result.fate === fate).length;
  return {
    created: count("created"),
    changed: count("changed"),
    unchanged: count("unchanged"),
    removed: count("removed"),
    failed: count("failed"),
    uncertain: count("uncertain"),
    untried: count("untried"),
  };
}

function stack(lines: readonly string[]): View {
  return { kind: "stack", views: lines.map((text): View => ({ kind: "line", text })) };
}
