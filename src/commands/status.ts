/**
 * `claw status`: which gateway, with which settings from where, and how it answers. What is known without a connection
 * is shown even when there is none.
 */
import { defineCommand } from "../cli/command.ts";
import { gatewayPairs, measureGateway, settingPairs } from "../cli/gateway_report.ts";
import { done, failed, type Pairs } from "../cli/outcome.ts";
import { asClawError, ClawError } from "../errors.ts";
import { scopes } from "../protocol/mod.ts";
import { describeSettings } from "../settings/describe.ts";

export const status = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw status", does: "check the gateway that claw would use, and show why it uses that one" },
    { line: "claw status --port 18790 --json", does: "the same for another port of this machine, for a program" },
  ],
  async run(_options, _operands, context) {
    const settings = await context.settings({ isThorough: true });
    const described = await describeSettings(settings, (secret) => context.fingerprint(secret));
    const rows = settingPairs(described);
    const live = await context.gateway(scopes.read).then((gateway) => measureGateway(gateway, context)).catch(
      asClawError,
    );
    if (live instanceof ClawError) {
      const pairs: Pairs = [["gateway", settings.endpoint.value.url], ...rows];
      return failed(live, { settings: described }, { kind: "pairs", pairs });
    }
    return done({ gateway: live, settings: described }, { kind: "pairs", pairs: [...gatewayPairs(live), ...rows] });
  },
});
