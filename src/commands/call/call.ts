/**
 * `claw call`: any method of the gateway, by its name. Nothing is checked but that the gateway offers the method; what
 * it does is the gateway's and the caller's business.
 */
import { defineCommand, type OptionsOf } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, type Outcome, type Shown, stream } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import type { Need } from "../../client/credentials.ts";
import { type AnswerItem, finalAnswer, runIdOf, withRun } from "../../client/final_answer.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { redact, scopes } from "../../protocol/mod.ts";
import { parseDuration } from "../../settings/duration.ts";
import { viewAnswer, viewMoment } from "./answer_view.ts";
import { parseParams } from "./json_params.ts";
import { listMethods } from "./method_list.ts";
import { onlyReads, resendOf, scopeOf } from "./method_table.ts";
import { requireOffered } from "./offered.ts";

const flags = {
  params: { type: "string", value: "json", summary: "the params, a JSON object; - reads them from standard input" },
  list: { type: "boolean", summary: "show the gateway's methods; with METHOD, those that have it in their name" },
  wait: { type: "boolean", summary: "wait for the last answer: `agent` first says only that it was accepted" },
  stream: { type: "boolean", summary: "the same, and print events until then" },
  waitTimeout: { type: "string", value: "duration", summary: "how long --wait and --stream wait (default: 10m)" },
  scope: { type: "list", value: "scope", summary: "ask for this scope instead of the least one; may be repeated" },
  showSecrets: { type: "boolean", summary: "mask nothing in what comes back" },
  force: { type: "boolean", summary: "send it though the gateway does not list the method" },
} as const;

type Options = OptionsOf<typeof flags>;

export const call = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "method", summary: "the method's name, as `claw call --list` shows it" }],
  flags,
  examples: [
    { line: "claw call --list cron", does: "the methods with cron in their name, and the scope that each needs" },
    { line: `claw call sessions.list --params '{"limit":5}'`, does: "call one, and print its answer" },
    { line: `claw call chat.history --params - --json`, does: "params from standard input, for a program" },
    {
      line: `claw call agent --params '{"message":"hi","agentId":"main","idempotencyKey":"k-1"}' --stream`,
      does: "follow a run of the agent to its end",
    },
  ],
  notes: [
    "The least scope that the method is known to need is asked for; where the gateway wants more, say so with --scope.\n" +
    "A gateway does not list all that it answers: --force sends what it does not list.",
    "What an answer holds under a secret's name (token, password and the like) is masked, unless --show-secrets is given;\n" +
    "but the answer of a method that does something comes only once, and is shown as it is: `device.token.rotate` prints\n" +
    "the new token. Events are masked as answers to reading are.",
    "Exit 79 means that no answer came after it was sent, or not the last one: look before you repeat it.",
  ],
  async run(options, [method], context) {
    const waitMs = parseDuration(options.waitTimeout ?? "10m", { kind: "flag", name: "--wait-timeout" });
    checkFlags(options, method);
    if (options.list) {
      const gateway = await context.gateway(scopes.read);
      const outcome = listMethods(gateway, (await context.settings()).endpoint.value.url, method);
      return { ...outcome, hasOnlyRead: true };
    }
    if (method === undefined || method === "") {
      throw new ClawError("usage/missing-argument", "which method? none is named", {
        hint: "list them with `claw call --list`",
      });
    }
    const params = options.params === undefined ? {} : parseParams(await textOf(options.params, context));
    const { connection } = await context.gateway(needOf(method, options.scope));
    if (!options.force) requireOffered(connection.handshake.hello, method);
    if (options.wait || options.stream) context.extendTime(waitMs);
    return await new Call(connection, method, params, options, context).outcome();
  },
});

function checkFlags(options: Options, method: string | undefined): void {
  const refuse = (message: string) => {
    throw new ClawError("usage/bad-flag", message, { hint: "see `claw help call`" });
  };
  const { list, params, wait, stream, waitTimeout, scope, showSecrets, force } = options;
  const isCalling = params !== undefined || wait || stream || scope.length > 0 || showSecrets || force;
  if (list && isCalling) refuse("--list calls nothing: leave the other flags out");
  if (waitTimeout !== undefined && !wait && !stream) refuse("--wait-timeout is of no use without --wait or --stream");
  if (method?.trim() !== method) refuse("the method's name has blanks around it");
}

async function textOf(params: string, context: Context): Promise<string> {
  return params === "-" ? await context.readInput("-") : params;
}

/** Only the gateway knows what a method needs that is not published: it says so when reading is not enough. */
function needOf(method: string, given: readonly string[]): Need {
  // `admin` is `operator.admin`, as in `claw device pair`.
  if (given.length > 0) return given.map((scope) => scope.includes(".") ? scope : `operator.${scope}`);
  const scope = scopeOf(method);
  return scope === undefined || scope === "node" ? scopes.read : [scope];
}

/** One call, from its request to what is shown. */
class Call {
  readonly #connection: Connection;
  readonly #method: string;
  readonly #params: unknown;
  readonly #options: Options;
  readonly #context: Context;
  #isMasked = false;
  #isOver = false;
  #runId: string | undefined;

  constructor(connection: Connection, method: string, params: unknown, options: Options, context: Context) {
    this.#connection = connection;
    this.#method = method;
    this.#params = params;
    this.#options = options;
    this.#context = context;
  }

  async outcome(): Promise<Outcome> {
    if (this.#options.stream) return stream(this.#shown(), () => this.#unread());
    return this.#done(this.#options.wait ? await this.#last() : await this.#first());
  }

  async #first(): Promise<unknown> {
    const { signal } = this.#context;
    const resend = resendOf(this.#method);
    const asked = this.#connection.request(this.#method, this.#params, { resend }, signal);
    return await asked.catch((thrown) => explain(thrown, this.#method));
  }

  async #last(): Promise<unknown> {
    using progress = await this.#context.progress();
    let answer: unknown;
    for await (const item of this.#items()) {
      if (item.kind === "accepted") progress.show(`${this.#method}: accepted`);
      if (item.kind === "answer") answer = item.payload;
    }
    return answer;
  }

  async *#shown(): AsyncGenerator<Shown> {
    for await (const item of this.#items()) {
      if (item.kind === "lost") {
        this.#context.warn(`${item.count} events came faster than they were taken, and are lost`);
      } else yield this.#showItem(item);
    }
    this.#tellMasked();
  }

  async *#items(): AsyncGenerator<AnswerItem> {
    const { signal } = this.#context;
    const [connection, method, params] = [this.#connection, this.#method, this.#params];
    try {
      for await (const item of finalAnswer({ connection, method, params, resend: resendOf(method), signal })) {
        if (item.kind === "accepted") this.#runId = runIdOf(item.payload);
        if (item.kind === "answer") this.#isOver = true;
        yield item;
      }
    } catch (thrown) {
      explain(thrown, method);
    }
  }

  /** Who reads the output has gone; whoever called may still want to know what became of it. */
  #unread(): ClawError | undefined {
    if (this.#isOver || onlyReads(this.#method)) return undefined;
    const message = `${this.#method} was sent, but nobody reads what comes of it: it may go on`;
    return withRun(new ClawError("gateway/unsettled", message, { details: { method: this.#method } }), this.#runId);
  }

  #showItem(item: Exclude<AnswerItem, { readonly kind: "lost" }>): Shown {
    if (item.kind === "answer") return this.#showAnswer(item.payload);
    const payload = this.#mask(item.payload ?? null);
    const name = item.kind === "event" ? item.event : `${this.#method} accepted`;
    const data = item.kind === "event" ? { event: item.event, payload } : { accepted: payload };
    return { data, view: viewMoment(name, payload) };
  }

  #done(payload: unknown): Outcome {
    const { data, view } = this.#showAnswer(payload);
    this.#tellMasked();
    return { ...done(data, view), hasOnlyRead: onlyReads(this.#method) };
  }

  #showAnswer(payload: unknown): Shown {
    const answer = payload ?? null;
    const shown = onlyReads(this.#method) ? this.#mask(answer) : answer;
    return { data: { method: this.#method, payload: shown }, view: viewAnswer(shown) };
  }

  #mask(payload: unknown): unknown {
    if (this.#options.showSecrets) return payload;
    const masked = redact(payload);
    this.#isMasked ||= JSON.stringify(masked) !== JSON.stringify(payload);
    return masked;
  }

  #tellMasked(): void {
    if (this.#isMasked) this.#context.warn("what has a secret's name is masked: --show-secrets shows it");
  }
}

function explain(thrown: unknown, method: string): never {
  const error = asClawError(thrown);
  const { missingScope } = error.details;
  // The scope goes into a command line that somebody will type: nothing but a plain word may.
  const isNamed = error.code === "auth/scope" && typeof missingScope === "string" && /^[a-z.]+$/i.test(missingScope);
  const isHarmless = error.code === "net/unanswered" && onlyReads(method);
  if (!isNamed && !isHarmless) throw error;
  const hint = isNamed
    ? `ask for it with --scope ${missingScope}`
    : "it only reads: repeat it when the gateway answers";
  throw new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}
