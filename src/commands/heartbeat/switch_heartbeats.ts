/**
 * Switches the heartbeats of all agents: what `claw heartbeat enable` and `disable` share. The gateway keeps the switch
 * in memory; its configuration stays as it is.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import type { Context } from "../../cli/context.ts";
import { done, type Outcome } from "../../cli/outcome.ts";
import { ClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";

/** What both verbs say of the switch. */
export const switchNote =
  "The gateway keeps the switch in memory: with its next start, heartbeats run as its configuration says.";

/** @throws ClawError `gateway/rejected` when the gateway shows another state than was asked for */
export async function switchHeartbeats(enabled: boolean, context: Context): Promise<Outcome> {
  const { connection } = await context.gateway(scopes.admin);
  const result = await writeOnce(context, {
    send: () => connection.call("set-heartbeats", { enabled }, context.signal),
    hint: `doing it twice does no harm: \`claw heartbeat ${enabled ? "enable" : "disable"}\``,
  });
  if (!result.ok || result.enabled !== enabled) {
    throw new ClawError("gateway/rejected", "the gateway did not switch its heartbeats", {
      details: { method: "set-heartbeats" },
    });
  }
  const text = enabled
    ? "heartbeats are on"
    : "heartbeats are off for every agent, until `claw heartbeat enable` or the gateway's next start";
  return done({ enabled }, { kind: "line", text });
}
