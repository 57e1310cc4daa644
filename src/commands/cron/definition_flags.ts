/**
 * The flags of `claw cron add` and `edit` that say what a job is, and which of them contradict each other. What they
 * make of a definition is `definition_members.ts`.
 */
import { type FlagDeclarations, flagName, type OptionsOf } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";
import { wakeModes } from "../../protocol/mod.ts";

export const definitionFlags = {
  name: { type: "string", value: "text", summary: "name of the job" },
  at: {
    type: "string",
    value: "time",
    summary: 'once: 2026-11-23T09:00+01:00, "2026-11-23 09:00", "tomorrow 09:00", 18:00, +20m',
  },
  every: { type: "string", value: "duration", summary: "again and again, like 15m, 1h30m or 1d" },
  cron: { type: "string", value: "expression", summary: 'by a cron expression, like "0 9 * * 1-5"' },
  tz: { type: "string", value: "zone", summary: "IANA zone of --cron and of a clock's time in --at (default: yours)" },
  stagger: { type: "string", value: "duration", summary: "let the gateway shift each run by up to this long" },
  exact: { type: "boolean", summary: "no shift: run exactly on time" },
  systemEvent: { type: "string", value: "text", summary: "hand this text to the main session (- reads stdin)" },
  message: {
    type: "string",
    value: "text",
    summary: "run an agent turn with this message, in a session of its own (- reads stdin)",
  },
  agent: { type: "string", value: "id", summary: "agent that runs it" },
  model: { type: "string", value: "name", summary: "model of the agent turn" },
  thinking: { type: "string", value: "level", summary: "thinking level of the agent turn" },
  tools: {
    type: "list",
    value: "names",
    summary: "tools that the agent turn may use, with commas or repeated (gateways of protocol 4)",
  },
  timeout: {
    type: "string",
    value: "duration",
    summary: "how long the agent turn may take (claw's own limit here: CLAW_TIMEOUT)",
  },
  session: {
    type: "string",
    value: "target",
    summary: "main or isolated; current or session:<key> (gateways of protocol 4)",
  },
  wake: {
    type: "string",
    value: "mode",
    choices: wakeModes,
    summary: "when the main session hears it (default of a new job: now)",
  },
  announce: { type: "boolean", summary: "send the answer to a channel: what agent turns do unless told otherwise" },
  channel: { type: "string", value: "name", summary: "channel of the answer, like telegram, or last" },
  to: { type: "string", value: "recipient", summary: "recipient on that channel" },
  account: { type: "string", value: "id", summary: "account on that channel" },
  threadId: { type: "string", value: "id", summary: "thread on that channel (gateways of protocol 4)" },
  bestEffort: { type: "boolean", summary: "a delivery that fails does not make the run fail" },
  webhook: { type: "string", value: "url", summary: "send the result to this http(s) URL" },
  noDeliver: { type: "boolean", summary: "send the answer nowhere" },
  description: { type: "string", value: "text", summary: "what it is for" },
  deleteAfterRun: { type: "boolean", summary: "remove the job after its first success: what --at does by itself" },
  keepAfterRun: { type: "boolean", summary: "keep a one-shot job after its run" },
  jsonFile: {
    type: "string",
    value: "path",
    summary: "JSON with members that have no flag (- reads stdin); flags win",
  },
  dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
} as const satisfies FlagDeclarations;

/** What a run gets of these flags. */
export type DefinitionOptions = OptionsOf<typeof definitionFlags>;

type Name = keyof DefinitionOptions;

/** Flags, and those that say the opposite or belong to something else. */
const contradictions: readonly (readonly [flag: Name, others: readonly Name[]])[] = [
  ["systemEvent", ["message", "model", "thinking", "tools", "timeout"]],
  ["systemEvent", ["announce", "channel", "to", "account", "threadId"]],
  ["noDeliver", ["announce", "webhook", "channel", "to", "account", "threadId", "bestEffort"]],
  ["webhook", ["announce", "channel", "to", "account", "threadId"]],
  ["deleteAfterRun", ["keepAfterRun"]],
];

/** What `--timeout` means to every other command. */
export const ownLimit = "claw's own limit is set by CLAW_TIMEOUT here";

/** Whether a flag was given. */
export function isGiven(value: DefinitionOptions[Name]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/**
 * Refuses flags that contradict each other, values that are empty (`--agent "$UNSET"`), and targets that are none.
 * @throws ClawError `usage/bad-flag`, naming both flags
 */
export function checkFlags(options: DefinitionOptions): void {
  for (const name of Object.keys(definitionFlags) as Name[]) {
    const value = options[name];
    const isEmpty = Array.isArray(value) ? value.some((item) => item.trim() === "") : String(value).trim() === "";
    if (isGiven(value) && isEmpty) throw new ClawError("usage/bad-flag", `${flagName(name)}: the value is empty`);
  }
  for (const [flag, others] of contradictions) {
    const other = isGiven(options[flag]) ? others.find((name) => isGiven(options[name])) : undefined;
    if (other === "timeout") throw contradiction(flagName(flag), "--timeout", `leave one of them out; ${ownLimit}`);
    if (other !== undefined) throw contradiction(flagName(flag), flagName(other));
  }
  checkSession(options);
}

/** @throws ClawError never: it makes one */
export function contradiction(one: string, other: string, because = "leave one of them out"): ClawError {
  return new ClawError("usage/bad-flag", `${one} and ${other} contradict each other`, { hint: because });
}

function checkSession({ session, systemEvent, message }: DefinitionOptions): void {
  if (session === undefined) return;
  if (!/^(main|isolated|current|session:.+)$/.test(session)) {
    throw new ClawError("usage/bad-flag", `--session: '${session}' is no session target`, {
      hint: "write main, isolated, current or session:<key>",
    });
  }
  if (session === "main" && message !== undefined) {
    throw contradiction("--session main", "--message", "agent turns run in a session of their own: --session isolated");
  }
  if (session !== "main" && systemEvent !== undefined) {
    throw contradiction(`--session ${session}`, "--system-event", "only the main session hears system events");
  }
}
