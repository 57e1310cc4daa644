/**
 * `claw cron add`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronAdd = defineCommand({
  isReadOnly: false,
  flags: {
    name: { type: "string", value: "text", summary: "name of the job" },
    at: { type: "string", value: "time", summary: "once: an ISO 8601 instant, +20m, or tomorrow 09:00" },
    every: { type: "string", value: "duration", summary: "again and again, e.g. 15m" },
    cron: { type: "string", value: "expression", summary: "by a cron expression, e.g. '0 9 * * 1-5'" },
    tz: { type: "string", value: "zone", summary: "IANA zone of --cron and of a clock time in --at (default: yours)" },
    stagger: { type: "string", value: "duration", summary: "let the gateway shift each run by up to this long" },
    exact: { type: "boolean", summary: "no shift: run exactly on time" },
    systemEvent: { type: "string", value: "text", summary: "hand this text to the main session" },
    message: { type: "string", value: "text", summary: "run an agent turn with this message, in a session of its own" },
    agent: { type: "string", value: "id", summary: "agent that runs it" },
    model: { type: "string", value: "name", summary: "model of the agent turn" },
    thinking: { type: "string", value: "level", summary: "thinking level of the agent turn" },
    tools: {
      type: "list",
      value: "name",
      summary: "tool that the agent turn may use; may be repeated (gateways of protocol 4)",
    },
    timeout: {
      type: "string",
      value: "duration",
      summary: "how long the agent turn may take (claw's own limit here: CLAW_TIMEOUT)",
    },
    session: { type: "string", value: "target", summary: "main, isolated, current or session:<key>" },
    wake: {
      type: "string",
      value: "mode",
      choices: ["now", "next-heartbeat"],
      summary: "when a system event is heard (default: now)",
    },
    announce: { type: "boolean", summary: "send the answer to a channel" },
    channel: { type: "string", value: "name", summary: "channel of the answer, e.g. last" },
    to: { type: "string", value: "recipient", summary: "recipient on that channel" },
    account: { type: "string", value: "id", summary: "account on that channel" },
    threadId: { type: "string", value: "id", summary: "thread on that channel (gateways of protocol 4)" },
    bestEffort: { type: "boolean", summary: "a delivery that fails does not make the run fail" },
    webhook: { type: "string", value: "url", summary: "send the result to this http(s) URL" },
    noDeliver: { type: "boolean", summary: "send the answer nowhere" },
    description: { type: "string", value: "text", summary: "what it is for" },
    deleteAfterRun: { type: "boolean", summary: "remove the job after its first success" },
    keepAfterRun: { type: "boolean", summary: "keep a one-shot job after its run" },
    disabled: { type: "boolean", summary: "add it switched off" },
    declarationKey: {
      type: "string",
      value: "key",
      summary: "key that makes adding idempotent (gateways of protocol 4)",
    },
    jsonFile: {
      type: "string",
      value: "path",
      summary: "JSON with members that have no flag (- reads stdin); flags win",
    },
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [{
    line: 'claw cron add --name "morning report" --cron "0 9 * * 1-5" --message "Report on the night"',
    does: "every working day at nine, in your zone",
  }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
