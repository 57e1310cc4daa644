/**
 * What a command came to on several gateways, as one outcome: a list for programs, each gateway's view under its name
 * for people, and a number that tells whether any failed. Running them is `fan_out.ts`.
 */
import { errorData } from "./cli/json.ts";
import { failed, negative, type Outcome, type View } from "./cli/outcome.ts";
import { hintFor } from "./context_hint.ts";
import { ClawError, exitOf } from "./errors.ts";

/** What one context's run came to. `twin`: it was left out, since another context means the same gateway. */
export interface Attempt {
  readonly context: string;
  readonly ended:
    | Extract<Outcome, { kind: "done" | "negative" | "failed" }>
    | { readonly kind: "thrown"; readonly error: ClawError }
    | { readonly kind: "twin"; readonly of: string };
}

interface Manner {
  readonly isReadOnly: boolean;
  /** Only what did not go well is shown to people. */
  readonly isQuiet: boolean;
}

interface Failure {
  readonly context: string;
  readonly error: ClawError;
}

/** The one outcome of all of them, in their order. */
export function joinAttempts(attempts: readonly Attempt[], { isReadOnly, isQuiet }: Manner): Outcome {
  const data = { contexts: attempts.map((one) => dataOf(one, attempts)) };
  const quietKinds: readonly string[] = ["done", "twin"];
  const blocks = attempts.filter(({ ended }) => !isQuiet || !quietKinds.includes(ended.kind)).map(blockOf);
  const view: View = { kind: "stack", views: blocks, isSpaced: blocks.some(({ kind }) => kind === "stack") };
  const failures = attempts.flatMap(failureOf);
  if (failures.length > 0) return failed(summaryOf(failures, attempts, isReadOnly), data, view);
  const isNo = attempts.some(({ ended }) => ended.kind === "negative");
  return isNo ? negative(data, view) : { kind: "done", data, view };
}

function failureOf({ context, ended }: Attempt): readonly Failure[] {
  return ended.kind === "failed" || ended.kind === "thrown" ? [{ context, error: ended.error }] : [];
}

function dataOf({ context, ended }: Attempt, all: readonly Attempt[]): Readonly<Record<string, unknown>> {
  if (ended.kind === "done") return { context, ok: true, exit: 0, data: ended.data };
  if (ended.kind === "negative") return { context, ok: true, exit: 1, data: ended.data };
  if (ended.kind === "twin") {
    const { ok, exit } = all.filter((one) => one.context === ended.of).map((one) => dataOf(one, all))[0] ?? {};
    return { context, ok, exit, sameGatewayAs: ended.of };
  }
  const error = errorData(hintFor(ended.error, context));
  const found = ended.kind === "failed" ? { data: ended.data } : {};
  return { context, ok: false, exit: exitOf(ended.error), error, ...found };
}

/** One line where that is enough, else a view below the name. */
function blockOf({ context, ended }: Attempt): View {
  const line = (text: string): View => ({ kind: "line", text: `${context}: ${text}` });
  switch (ended.kind) {
    case "twin":
      return line(`not sent: it is the same gateway as ${ended.of}`);
    case "thrown":
      return line(`failed: ${ended.error.message}`);
    case "failed":
      return { kind: "stack", views: [line(`failed: ${ended.error.message}`), ended.view] };
    default:
      if (ended.view.kind === "line") return line(ended.view.text);
      return { kind: "stack", views: [{ kind: "line", text: `${context}:` }, ended.view] };
  }
}

/** One error for all: of the highest number, except where that would invite to repeat what some have done. */
function summaryOf(failures: readonly Failure[], attempts: readonly Attempt[], isReadOnly: boolean): ClawError {
  const count = attempts.filter(({ ended }) => ended.kind !== "twin").length;
  const worst = failures.map(({ error }) => error).reduce((a, b) => exitOf(b) > exitOf(a) ? b : a);
  const hasActed = !isReadOnly && failures.length < count;
  const hint = [...firstHint(failures), ...hasActed ? repetition(failures) : []].join("; then ");
  // Nothing that these numbers say may be a lie about the whole line: trying it again is not safe.
  const code = hasActed && [69, 75].includes(exitOf(worst)) ? "gateway/partly" : worst.code;
  const names = failures.map(({ context }) => context).join(", ");
  return new ClawError(code, `${failures.length} of ${count} gateways failed: ${names}`, {
    ...(hint === "" ? {} : { hint }),
    details: worst.code === "interrupted" ? worst.details : {},
    cause: worst,
  });
}

function firstHint([first]: readonly Failure[]): readonly string[] {
  const hint = first && hintFor(first.error, first.context).hint;
  return first === undefined || hint === undefined ? [] : [`${first.context}: ${hint}`];
}

/** What a gateway may have done already is nothing to repeat. */
function repetition(failures: readonly Failure[]): readonly string[] {
  const names = failures.filter(({ error }) => exitOf(error) !== 79).map(({ context }) => context);
  return names.length === 0 ? [] : [`repeat it for no other than --context ${names.join(",")}`];
}
