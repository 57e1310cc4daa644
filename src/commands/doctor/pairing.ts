/**
 * `claw doctor pairing`: the way to the gateway, and what is odd about its devices: requests that nobody decides, this
 * device's own token, installations that lose their keys.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { judgePairing, type PairingEvidence } from "../../doctor/judge_pairing.ts";
import { hasScope, scopes } from "../../protocol/mod.ts";
import { look, viewOf } from "./report.ts";

export const doctorPairing = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [{ line: "claw doctor pairing", does: "requests that wait for ever, and devices that are there twice" }],
  notes: [
    "It takes operator.pairing; without it, it says so and looks at the way alone. On 2026.9.6 a device without\n" +
    "operator.admin sees only itself. It approves, rejects and removes nothing.",
  ],
  async run(_options, _operands, context) {
    const { deviceId, tokens } = await context.whoAmI().catch(() => ({ deviceId: undefined, tokens: [] }));
    let roster: PairingEvidence["roster"];
    let nowMs = context.clock.now();
    let origin: string | undefined;
    const report = await look(context, {
      wanted: [scopes.read, scopes.pairing],
      use: async (connection) => {
        origin = (await context.settings()).endpoint.value.origin;
        nowMs = gatewayTime(connection);
        if (!hasScope(connection.grantedScopes, scopes.pairing)) return;
        roster = await connection.call("device.pair.list", {}, context.signal);
      },
      judge: () => {
        const grantedScopes = tokens.find(({ gateway, role }) => gateway === origin && role === "operator")?.scopes;
        return judgePairing({ roster, deviceId, grantedScopes, nowMs });
      },
    });
    return (report.healthy ? done : negative)(report, viewOf(report));
  },
});

/** At the challenge, which is as good as now for what is an hour old. */
function gatewayTime({ handshake }: Connection): number {
  return handshake.challengedAt.gatewayMs;
}
