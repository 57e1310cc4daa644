/**
 * `claw cron run`: runs a job now, once. The gateway answers when the run is queued; `--wait` follows it to its end.
 * A request that was sent is never sent again: `cron.run` has no idempotency key.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, failed, negative, type Outcome, type View } from "../../cli/outcome.ts";
import { formatDuration, formatInstant } from "../../cli/times.ts";
import { type Followed, RunWatch } from "../../cron/follow_run.ts";
import { findJob } from "../../cron/jobs.ts";
import { Line } from "../../cron/line.ts";
import { type RequestedRun, requestRun } from "../../cron/request_run.ts";
import type { RunTarget, Verdict } from "../../cron/run_verdict.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { parseDuration } from "../../settings/duration.ts";
import {
  describeEnd,
  followUp,
  lookUp,
  outcomeWord,
  refusalWords,
  tellLost,
  untoldWords,
  viewCandidates,
} from "./run_words.ts";

/** How long the gateway's records are asked for a run whose request was not answered. */
const readBackMs = 15_000;

export const cronRun = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    due: { type: "boolean", summary: "only if it is due" },
    wait: { type: "boolean", summary: "follow the run; exit 0 only when it succeeded" },
    waitTimeout: { type: "string", value: "duration", summary: "how long to follow it (default: 10m)" },
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [
    { line: 'claw cron run "morning report"', does: "start it, and print the run's id" },
    { line: 'claw cron run "morning report" --wait', does: "and wait until it is over" },
    { line: "claw cron run 3ccdc604 --due --json", does: "only if it is due, for a program" },
  ],
  notes: [
    "Without --wait, exit 0 means that the run is queued. With it, 0 means that it succeeded, 1 that it failed or was\n" +
    "skipped, and 79 that its end is not known: running it again would run it twice. Ctrl-C stops the waiting, never\n" +
    "the run. A disabled job runs too.",
    "A gateway of protocol 3 names no runs: its run is the one that begins after the request and before the job fires\n" +
    "by itself. When that leaves more than one, they are listed, and the exit code is 79.",
  ],
  async run(options, [reference = ""], context) {
    if (options.waitTimeout !== undefined && !options.wait) {
      throw new ClawError("usage/bad-flag", "--wait-timeout is of no use without --wait", {
        hint: "see `claw help cron run`",
      });
    }
    const waitMs = parseDuration(options.waitTimeout ?? "10m", { kind: "flag", name: "--wait-timeout" });
    const startedAt = context.clock.elapsed();
    const { connection } = await context.gateway(options.dryRun ? scopes.read : scopes.admin);
    const job = await findJob(connection, reference, context.signal);
    const mode = options.due ? "due" : "force";
    if (options.dryRun) return dryRun(job, mode);
    const line = new Line(connection, {
      clock: context.clock,
      ids: context.ids,
      dial: async () => (await context.gateway(scopes.read)).connection,
      onLost: tellLost(context),
    });
    using watch = new RunWatch(line, context.clock, job.id);
    const { timeoutMs, retryMs } = await context.settings();
    // The request keeps to --timeout; what is granted here is for looking at what became of it.
    context.extendTime(readBackMs + (options.wait ? waitMs : 0));
    const withinMs = Math.max(0, startedAt + timeoutMs.value + retryMs.value - context.clock.elapsed());
    const { clock, signal } = context;
    const requested = await requestRun(connection, job, mode, { clock, signal, withinMs })
      .catch((thrown: unknown) => {
        throw withLookUp(asClawError(thrown), job);
      });
    return await new Following(job, watch, context, options.wait ? waitMs : undefined).outcomeOf(requested);
  },
});

/** Whoever interrupts a request that is under way must know where to look. */
function withLookUp(error: ClawError, { id }: CronJob): ClawError {
  if (error.code !== "interrupted" || error.details["isSent"] !== true) return error;
  const hint = `look whether it runs with \`${lookUp(id, undefined)}\``;
  return new ClawError(error.code, error.message, { hint, details: { ...error.details, jobId: id }, cause: error });
}

function dryRun(job: CronJob, mode: "force" | "due"): Outcome {
  const data = { dryRun: true, method: "cron.run", params: { id: job.id, mode }, name: job.name };
  const how = mode === "due" ? ", if it is due" : "";
  return done(data, { kind: "line", text: `would run '${job.name}' (${job.id}) now${how}` });
}

/** From the gateway's answer, or none, to the outcome. */
class Following {
  readonly #job: CronJob;
  readonly #watch: RunWatch;
  readonly #context: Context;
  readonly #waitMs: number | undefined;

  constructor(job: CronJob, watch: RunWatch, context: Context, waitMs: number | undefined) {
    this.#job = job;
    this.#watch = watch;
    this.#context = context;
    this.#waitMs = waitMs;
  }

  async outcomeOf(requested: RequestedRun): Promise<Outcome> {
    if (requested.kind === "refused") return this.#refused(requested.reason);
    const { target } = requested;
    if (requested.kind === "unanswered") {
      const found = await this.#follow(target, readBackMs, "begun");
      const isOpen = found.verdict.kind === "open";
      if (found.verdict.kind === "untold" || (isOpen && found.verdict.runAtMs === undefined)) {
        return this.#unanswered(requested.error, found);
      }
      if (!isOpen || this.#waitMs === undefined) return this.#certain(target, found.verdict);
    }
    if (this.#waitMs === undefined) return this.#enqueued(target);
    return this.#settled(target, await this.#follow(target, this.#waitMs, "ended"));
  }

  async #follow(target: RunTarget, waitMs: number, until: "begun" | "ended"): Promise<Followed> {
    using progress = await this.#context.progress();
    const name = target.runId ?? `of '${this.#job.name}'`;
    progress.show(`run ${name}: ${target.runId === undefined ? "looking for it" : "queued"}`);
    try {
      return await this.#watch.follow(target, {
        waitMs,
        until,
        signal: this.#context.signal,
        onVerdict: (verdict) => {
          if (verdict.kind === "open" && verdict.runAtMs !== undefined) progress.show(`run ${name}: running`);
        },
      });
    } catch (thrown) {
      throw this.#detached(target, asClawError(thrown));
    }
  }

  #detached({ runId, isNamed }: RunTarget, error: ClawError): ClawError {
    const goesOn = runId === undefined ? "whether it runs is not known" : `the run ${runId} goes on`;
    return new ClawError(error.code, `${error.message}: ${goesOn}`, {
      hint: `follow it with \`${followUp(this.#job.id, isNamed ? runId : undefined)}\``,
      details: { ...error.details, jobId: this.#job.id, ...(runId === undefined ? {} : { runId }) },
      cause: error,
    });
  }

  #refused(reason: string): Outcome {
    const [why, next] = refusalWords(reason, this.#job.id);
    return negative(
      { ...this.#named(), status: "not-run", reason },
      lines([`'${this.#job.name}' was not run: ${why}`, next]),
    );
  }

  #enqueued(target: RunTarget): Outcome {
    const look = lookUp(this.#job.id, target.isNamed ? target.runId : undefined);
    return done(
      { ...this.#named(), status: "enqueued", runId: target.runId, lookUp: look },
      lines([`queued '${this.#job.name}' as ${target.runId ?? "a run without an id"}`, `look it up with: ${look}`]),
    );
  }

  /** No answer came, but the gateway's records show the run. */
  #certain(target: RunTarget, verdict: Verdict): Outcome {
    this.#context.warn("the gateway's answer was lost; its records show that the run took place once");
    if (verdict.kind === "ended" && this.#waitMs !== undefined) return this.#settled(target, { verdict });
    const runId = verdict.kind === "ended" ? verdict.end.runId : undefined;
    const look = lookUp(this.#job.id, runId);
    return done(
      { ...this.#named(), status: "enqueued", runId, lookUp: look },
      lines([`'${this.#job.name}' runs, or has run`, `look it up with: ${look}`]),
    );
  }

  #unanswered(error: ClawError, { verdict }: Followed): Outcome {
    const candidates = verdict.kind === "untold" ? verdict.candidates : [];
    const told = new ClawError(error.code, error.message, {
      hint: `look before you repeat it, with \`${lookUp(this.#job.id, undefined)}\``,
      details: { ...error.details, jobId: this.#job.id },
      cause: error,
    });
    return failed(told, { ...this.#named(), status: "unknown", candidates }, this.#viewOf(verdict));
  }

  #settled(target: RunTarget, { verdict, blind }: Followed): Outcome {
    const data = { ...this.#named(), runId: target.runId };
    if (verdict.kind === "ended") {
      const { end } = verdict;
      const status = outcomeWord(end);
      const text = `the run of '${this.#job.name}' ${describeEnd(end)}`;
      const full = { ...data, runId: end.runId ?? target.runId, status, run: end };
      if (status === "unknown") return failed(this.#unsettled(target, text), full, lines([]));
      if (status !== "succeeded") return negative(full, lines([text]));
      return done(full, lines([text, ...(end.summary === undefined ? [] : [end.summary])]));
    }
    const why = verdict.kind === "untold"
      ? untoldWords[verdict.reason]
      : blind === undefined
      ? `it was not over within ${formatDuration(this.#waitMs ?? readBackMs)}`
      : `it cannot be followed: ${blind.message}`;
    const error = this.#unsettled(target, `the run of '${this.#job.name}' was started, but ${why}`);
    const candidates = verdict.kind === "untold" ? verdict.candidates : [];
    return failed(error, { ...data, status: "unknown", candidates }, this.#viewOf(verdict));
  }

  #unsettled({ runId, isNamed }: RunTarget, message: string): ClawError {
    return new ClawError("gateway/unsettled", message, {
      hint: `running it again would run it twice: look with \`${lookUp(this.#job.id, isNamed ? runId : undefined)}\``,
      details: { jobId: this.#job.id, ...(runId === undefined ? {} : { runId }) },
    });
  }

  #viewOf(verdict: Verdict): View {
    if (verdict.kind !== "untold" || verdict.reason !== "several") return lines([]);
    return viewCandidates(verdict.candidates, (ms) => formatInstant(ms, this.#context.zone ?? "UTC"));
  }

  #named() {
    return { jobId: this.#job.id, name: this.#job.name };
  }
}

function lines(texts: readonly string[]): View {
  return { kind: "stack", views: texts.filter((text) => text !== "").map((text) => ({ kind: "line", text })) };
}
