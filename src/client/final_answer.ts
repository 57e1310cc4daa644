/**
 * A call up to its last answer, with what the gateway tells meanwhile: `agent` is accepted first and ends later, under
 * one id, and events tell of it in between. One call; `Connection.request` is the way there.
 */
import { asClawError, ClawError } from "../errors.ts";
import type { MethodRow } from "../protocol/mod.ts";
import { Backlog } from "./backlog.ts";
import type { Connection } from "./connection.ts";

export type AnswerItem =
  | { readonly kind: "accepted"; readonly payload: unknown }
  | { readonly kind: "event"; readonly event: string; readonly payload: unknown }
  /** Here so many events are missing, which came faster than they were taken. */
  | { readonly kind: "lost"; readonly count: number }
  | { readonly kind: "answer"; readonly payload: unknown };

export interface FinalCall {
  readonly connection: Connection;
  readonly method: string;
  readonly params: unknown;
  readonly resend: MethodRow["resend"];
  readonly signal: AbortSignal;
}

/** Whoever takes them slowly must not fill the memory: 16 Mi characters, as JSON. */
const mostWaiting = { mostItems: 10_000, mostSize: 16_777_216 };
/** These come whatever is going on. */
const unrelated = ["tick", "health"];

/**
 * What comes until the last answer, which is the last item. Of the events that name a run, those of other runs are left
 * out once the acceptance has named this one.
 * @throws ClawError as `Connection.request`; a refusal after the acceptance is `gateway/rejected`, and nothing else
 */
export async function* finalAnswer(call: FinalCall): AsyncGenerator<AnswerItem> {
  const { connection, method, params, resend, signal } = call;
  const waiting = new Backlog<AnswerItem>({
    ...mostWaiting,
    sizeOf: (item) => JSON.stringify(item).length,
    dropped: (count) => ({ kind: "lost", count }),
  });
  let accepted: unknown;
  const hush = connection.listen(({ event, payload }) => {
    if (!unrelated.includes(event)) waiting.put({ kind: "event", event, payload });
  });
  const onAccepted = (payload: unknown) => {
    accepted = payload ?? null;
    waiting.keep({ kind: "accepted", payload });
  };
  connection.request(method, params, { resend, onAccepted }, signal).then(
    (payload) => {
      waiting.keep({ kind: "answer", payload });
      waiting.end();
    },
    (thrown: unknown) => waiting.end(explain(asClawError(thrown), method, accepted)),
  );
  try {
    for await (const item of waiting) {
      if (item.kind !== "event" || !isOfAnotherRun(item.payload, accepted)) yield item;
    }
  } finally {
    hush();
  }
}

function isOfAnotherRun(payload: unknown, accepted: unknown): boolean {
  const [run, own] = [runIdOf(payload), runIdOf(accepted)];
  return run !== undefined && own !== undefined && run !== own;
}

/** The run that a payload names, if any. */
export function runIdOf(payload: unknown): string | undefined {
  if (typeof payload !== "object" || payload === null || !("runId" in payload)) return undefined;
  return typeof payload.runId === "string" ? payload.runId : undefined;
}

/** What was accepted has begun: a code that invites a repetition would be a lie. */
function explain(error: ClawError, method: string, accepted: unknown): ClawError {
  if (accepted === undefined) return error;
  if (["interrupted", "gateway/unsettled"].includes(error.code)) return withRun(error, runIdOf(accepted));
  const sentence = error.message.replace(`${method}: `, "");
  return new ClawError("gateway/rejected", `${method} was accepted, and failed: ${sentence}`, {
    details: error.details,
    cause: error,
  });
}

/** The error of a call that goes on, with how to look what became of its run, if that has an id. */
export function withRun(error: ClawError, runId: string | undefined): ClawError {
  // The id goes into a command line that somebody will paste: nothing but a plain word may.
  const isPlain = runId !== undefined && /^[A-Za-z0-9][A-Za-z0-9:_-]{0,199}$/.test(runId);
  const look = isPlain ? `: claw call agent.wait --params '{"runId":"${runId}"}'` : " before you repeat it";
  return new ClawError(error.code, error.message, {
    hint: `look what became of it${look}`,
    details: { ...error.details, ...(runId === undefined ? {} : { runId }) },
    cause: error,
  });
}
