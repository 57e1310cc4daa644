/**
 * `claw doctor event`: the way to the gateway, and whether an event would then reach an agent. It sends none: the last
 * heartbeat and the gateway's own settings tell.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { type EventQuestion, judgeEvent } from "../../doctor/judge_event.ts";
import { ClawError } from "../../errors.ts";
import { look, viewOf } from "./report.ts";

export const doctorEvent = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {
    sessionKey: { type: "string", value: "key", summary: "ask whether the gateway knows this session" },
  },
  examples: [
    { line: "claw doctor event", does: "why an event was delivered and nothing happened" },
    { line: "claw doctor event --session-key agent:main:main", does: "and whether there is such a session" },
  ],
  notes: [
    "Events wait in the gateway's memory for a heartbeat: it looks whether heartbeats run, how the last one ended, whether\n" +
    "the session is known, and when the gateway started. It sends no event. Exit 1 when a finding is an error.",
  ],
  async run({ sessionKey }, _operands, context) {
    let knownKeys: EventQuestion["knownKeys"];
    const report = await look(context, {
      use: async (connection) => {
        if (sessionKey !== undefined) knownKeys = await sessionKeys(connection, context.signal);
      },
      judge: (way) => judgeEvent(way, { sessionKey, knownKeys }),
    });
    return (report.healthy ? done : negative)(report, viewOf(report));
  },
});

/** Undefined where the gateway does not tell. */
async function sessionKeys(connection: Connection, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const told = await connection.request("sessions.list", {}, { resend: "safe" }, signal);
    const { sessions } = told as { readonly sessions?: unknown };
    if (!Array.isArray(sessions)) return undefined;
    return sessions.map((session) => (session as { readonly key?: unknown } | null)?.key).filter((key) =>
      typeof key === "string"
    );
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "interrupted") throw thrown;
    return undefined;
  }
}
