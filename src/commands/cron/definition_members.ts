/**
 * What flags make of a definition: a new one, or one that is there already and is changed. Pure; what the flags are is
 * `definition_flags.ts`, what is sent of it is decided by the verbs.
 */
import { type Members, membersOf } from "../../cron/members.ts";
import { ClawError } from "../../errors.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { hasSchedule, type ReadSchedule, readSchedule } from "../../schedule/schedule_text.ts";
import { parseDuration } from "../../settings/duration.ts";
import { checkFlags, contradiction, type DefinitionOptions, isGiven, ownLimit } from "./definition_flags.ts";

export interface Described {
  readonly definition: Members;
  /** How the schedule was read; undefined when no flag says anything of it. */
  readonly read: ReadSchedule | undefined;
}

/**
 * Applies the flags to a definition.
 * @param base what is there already: the content of a file, or a job's definition
 * @throws ClawError `usage/*` for flags that fit neither each other nor the base, `input/invalid` for values
 */
export function applyFlags(options: DefinitionOptions, base: Members, here: Here): Described {
  checkFlags(options);
  const { at, every, cron, tz, stagger, exact } = options;
  const text = { at, every, cron, tz, stagger, exact };
  const before = membersOf(base["schedule"]);
  const kind = before["kind"];
  const old = typeof kind === "string" ? { ...before, kind } : undefined;
  const read = hasSchedule(text) ? readSchedule(text, here, old) : undefined;
  const payload = payloadOf(options, membersOf(base["payload"]));
  const sessionTarget = options.session ?? targetOf(payload["kind"], base["sessionTarget"]);
  const definition = compact({
    ...base,
    name: options.name ?? base["name"],
    description: options.description ?? base["description"],
    agentId: options.agent ?? base["agentId"],
    schedule: read?.schedule ?? base["schedule"],
    sessionTarget,
    wakeMode: options.wake ?? base["wakeMode"],
    payload: Object.keys(payload).length === 0 ? undefined : payload,
    delivery: deliveryOf(options, base["delivery"], sessionTarget === "main"),
    deleteAfterRun: options.deleteAfterRun ? true : options.keepAfterRun ? false : base["deleteAfterRun"],
  });
  return { definition, read };
}

/** Without the members that are absent. */
export function compact(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function payloadOf(options: DefinitionOptions, before: Members): Members {
  const { systemEvent, message, model, thinking, tools, timeout } = options;
  const kept = (kind: string) => before["kind"] === kind ? before : {};
  if (systemEvent !== undefined) return { ...kept("systemEvent"), kind: "systemEvent", text: systemEvent };
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout, { kind: "flag", name: "--timeout" });
  const turn = compact({
    message,
    model,
    thinking,
    timeoutSeconds: timeoutMs === undefined ? undefined : Math.ceil(timeoutMs / 1_000),
    toolsAllow: tools.length === 0 ? undefined : tools.flatMap((names) => names.split(",")).map((name) => name.trim()),
  });
  if (Object.keys(turn).length === 0) return before;
  if (message === undefined && before["kind"] !== "agentTurn") {
    const flag = Object.entries({ model, thinking, timeout, tools }).find(([, value]) => isGiven(value))?.[0];
    throw new ClawError("usage/bad-flag", `--${flag} is about an agent turn, and there is none`, {
      hint: `give its message with --message${flag === "timeout" ? `; ${ownLimit}` : ""}`,
    });
  }
  return { ...kept("agentTurn"), kind: "agentTurn", ...turn };
}

/** Where a payload belongs, unless it may stay where it is. */
function targetOf(kind: unknown, before: unknown): unknown {
  if (kind === "systemEvent") return "main";
  if (kind === "agentTurn" && (before === undefined || before === "main")) return "isolated";
  return before;
}

function deliveryOf(options: DefinitionOptions, given: unknown, isMain: boolean): unknown {
  const { announce, channel, to, account, threadId, bestEffort, webhook, noDeliver } = options;
  const before = membersOf(given);
  const route = compact({ channel, to, accountId: account, threadId });
  const effort = bestEffort ? { bestEffort } : {};
  if (webhook !== undefined) {
    const { channel: _, accountId: __, threadId: ___, ...rest } = before;
    return { ...rest, ...effort, mode: "webhook", to: checkedUrl(webhook) };
  }
  if (noDeliver) return { ...before, mode: "none" };
  const isAnnounced = announce || Object.keys(route).length > 0 || (bestEffort && before["mode"] === undefined);
  if (isAnnounced && isMain) {
    const flags: Members = { announce, channel, to, account, "thread-id": threadId, "best-effort": bestEffort };
    const [flag] = Object.keys(flags).filter((name) => flags[name] !== undefined && flags[name] !== false);
    throw contradiction(`--${flag}`, "the main session", "only agent turns are announced: see --message");
  }
  if (isAnnounced) {
    // What a webhook has in `to` is no recipient of a channel.
    const { to: address, ...rest } = before;
    const kept = before["mode"] === "webhook" ? rest : compact({ ...rest, to: address });
    return { ...kept, ...effort, ...route, mode: "announce" };
  }
  if (bestEffort) return { ...before, ...effort };
  // Neither generation announces anything from the main session; both would drop this.
  return isMain && before["mode"] === "announce" ? undefined : given;
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return text;
  throw new ClawError("input/invalid", `--webhook: '${text}' is not an http(s) URL`, {
    hint: "write it like https://example.com/hook",
  });
}
