/**
 * `claw context list`: all contexts in one table, and which of their gateways answer, asked all at once. Whether they
 * would let this device in is `validate.ts`: nothing is sent here.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { type Cell, type Column, done, type View } from "../../cli/outcome.ts";
import type { Knock } from "../../client/knock.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { loadClawConfig } from "../../settings/claw_config.ts";
import { contextNames, contextPath, localContext } from "../../settings/contexts.ts";
import { describePlace, placeOf } from "../../settings/endpoint.ts";
import type { Settings } from "../../settings/resolve.ts";
import { credentialWords, type Standing, standingNow, standingWords } from "./standing.ts";

/** For a gateway that does not answer at all, unless --timeout says otherwise. */
const patienceMs = 3_000;

interface Row {
  readonly name: string;
  readonly file: string | undefined;
  /** What is wrong with it, where it cannot be used. */
  readonly settings: Settings | ClawError;
  /** undefined: nobody asked. */
  readonly answer: Knock | ClawError | undefined;
}

export const contextList = defineCommand({
  isReadOnly: true,
  flags: { offline: { type: "boolean", summary: "do not ask whether the gateways are there" } },
  examples: [
    { line: "claw context list", does: "all contexts, which of them answer, and how fast" },
    { line: "claw context list --offline --json", does: "what the files say, for a program" },
  ],
  notes: [
    "Each gateway is asked for its first word, for 3 seconds at most (--timeout says otherwise). Neither a credential nor\n" +
    "anything else is sent: `claw context validate` logs in. Exit 0 even where one does not answer, or its file is broken.",
    "local is what there is without any context: claw's config file, OpenClaw's variables and openclaw.json.",
  ],
  async run({ offline }, _operands, context) {
    const { os, directory } = context.contextStore;
    // Broken, it would be broken for every one of them.
    await loadClawConfig(os, directory);
    const names = [localContext, ...contextNames(os, directory)];
    const [standing, ...rows] = await Promise.all([
      standingNow(context),
      ...names.map((name) => rowOf(name, offline, context)),
    ]);
    return done({ current: standing ?? null, contexts: rows.map((row) => dataOf(row, standing)) }, {
      kind: "stack",
      views: [
        tableOf(rows, standing),
        ...(standing === undefined ? [] : [{ kind: "line", text: `in use: ${standingWords(standing)}` } as const]),
      ],
    });
  },
});

async function rowOf(name: string, isOffline: boolean, context: Context): Promise<Row> {
  const { os, directory } = context.contextStore;
  const file = name === localContext ? undefined : contextPath(os, directory, name);
  const meant = context.within({ context: name });
  const settings = await meant.settings().catch(asClawError);
  if (settings instanceof ClawError) {
    // What the command line says of the connection is wrong for all of them.
    if (settings.code === "usage/bad-flag" || settings.code === "interrupted") throw settings;
    return { name, file, settings, answer: undefined };
  }
  if (isOffline) return { name, file, settings, answer: undefined };
  const answer = await meant.knock(limitOf(settings)).catch(asClawError);
  if (answer instanceof ClawError && answer.code === "interrupted") throw answer;
  return { name, file, settings, answer };
}

/** ssh makes its way in steps of its own, and may have to ask. */
function limitOf({ timeoutMs: { value, origin }, endpoint }: Settings): number {
  return origin.kind === "flag" || endpoint.value.ssh !== undefined ? value : Math.min(value, patienceMs);
}

function dataOf({ name, file, settings, answer }: Row, standing: Standing | undefined) {
  const failure = ({ code, message, hint }: ClawError) => ({ code, message, hint });
  const common = { context: name, isCurrent: standing?.name === name, file };
  if (settings instanceof ClawError) return { ...common, error: failure(settings) };
  const { endpoint, secret, tlsFingerprint } = settings;
  return {
    ...common,
    ...placeOf(endpoint.value),
    credential: secret === undefined ? null : { kind: secret.kind, from: secret.origin.name },
    tlsFingerprint: tlsFingerprint?.value ?? null,
    ...(answer === undefined
      ? {}
      : answer instanceof ClawError
      ? { isReachable: false, error: failure(answer) }
      : { isReachable: true, openMs: tenths(answer.openMs), challengeMs: tenths(answer.challengeMs) }),
  };
}

const columns: readonly Column[] = [
  { label: "" },
  { label: "NAME" },
  { label: "URL" },
  { label: "CREDENTIAL", shrinks: true },
  { label: "PIN", isExtra: true },
  { label: "ANSWER", shrinks: true },
];

function tableOf(rows: readonly Row[], standing: Standing | undefined): View {
  return { kind: "table", columns, rows: rows.map((row) => cellsOf(row, standing)) };
}

function cellsOf({ name, file, settings, answer }: Row, standing: Standing | undefined): readonly Cell[] {
  const mark = standing?.name === name ? "*" : "";
  if (settings instanceof ClawError) return [mark, name, "-", "-", "-", { text: settings.message, tone: "bad" }];
  const { endpoint, tlsFingerprint } = settings;
  return [
    mark,
    name,
    describePlace(endpoint.value),
    credentialWords(settings, file ?? ""),
    tlsFingerprint === undefined ? "-" : `${tlsFingerprint.value.slice(0, 11)}…`,
    answerCell(answer),
  ];
}

function answerCell(answer: Row["answer"]): Cell {
  if (answer === undefined) return { text: "not asked", tone: "dim" };
  if (answer instanceof ClawError) return { text: answer.message, tone: "bad" };
  return `in ${tenths(answer.openMs + answer.challengeMs)} ms`;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
