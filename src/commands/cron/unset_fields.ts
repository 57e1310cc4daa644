/**
 * Fields that `--unset` of `claw cron edit` takes away, by the names of their flags or of their members. Whether a
 * gateway can take one away of a job that exists is found out where the patch is made (`cron/patch.ts`).
 */
import { type Members, membersOf } from "../../cron/members.ts";
import { ClawError } from "../../errors.ts";

const paths: Readonly<Record<string, string>> = {
  description: "description",
  agent: "agentId",
  "session-key": "sessionKey",
  "display-name": "displayName",
  "failure-alert": "failureAlert",
  tz: "schedule.tz",
  stagger: "schedule.staggerMs",
  model: "payload.model",
  fallbacks: "payload.fallbacks",
  thinking: "payload.thinking",
  timeout: "payload.timeoutSeconds",
  tools: "payload.toolsAllow",
  "light-context": "payload.lightContext",
  delivery: "delivery",
  channel: "delivery.channel",
  to: "delivery.to",
  account: "delivery.accountId",
  "thread-id": "delivery.threadId",
  "best-effort": "delivery.bestEffort",
  "failure-destination": "delivery.failureDestination",
  "completion-destination": "delivery.completionDestination",
  pacing: "pacing",
  trigger: "trigger",
};

/** The members' paths of the fields. @throws ClawError `usage/bad-flag` for a field that cannot be meant */
export function unsetPaths(fields: readonly string[]): readonly string[] {
  const known = Object.values(paths);
  return fields.map((field) => {
    const path = Object.hasOwn(paths, field) ? paths[field] : known.find((path) => path === field);
    if (path !== undefined) return path;
    throw new ClawError("usage/bad-flag", `--unset: a job has no field '${field}' that may be absent`, {
      hint: `it is one of ${Object.keys(paths).join(", ")}`,
    });
  });
}

/** The definition without these members. */
export function without(definition: Members, unset: readonly string[]): Members {
  return unset.reduce<Members>((rest, path) => {
    const [member = "", nested] = path.split(".");
    const { [member]: value, ...others } = rest;
    if (nested === undefined || value === undefined) return others;
    const { [nested]: _taken, ...kept } = membersOf(value);
    return { ...others, [member]: kept };
  }, definition);
}
