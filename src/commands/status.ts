/**
 * `claw status`: which gateway, with which settings from where, and how it answers. What is known without a connection
 * is shown even when there is none.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context, Gateway } from "../cli/context.ts";
import { done, failed } from "../cli/outcome.ts";
import { asClawError, ClawError } from "../errors.ts";
import { scopes } from "../protocol/mod.ts";
import { describeSettings } from "../settings/describe.ts";

type Pair = readonly [label: string, value: string];

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
    const settingPairs = described.map(({ name, shown, origin }): Pair => [name, `${shown}  (${origin})`]);
    const live = await context.gateway(scopes.read).then((gateway) => measure(gateway, context)).catch(asClawError);
    if (live instanceof ClawError) {
      const pairs: Pair[] = [["gateway", settings.endpoint.value.url], ...settingPairs];
      return failed(live, { settings: described }, { kind: "pairs", pairs });
    }
    return done({ gateway: live, settings: described }, { kind: "pairs", pairs: [...pairsOf(live), ...settingPairs] });
  },
});

interface Live {
  readonly url: string;
  readonly version: string;
  readonly protocol: number;
  readonly deviceId: string | undefined;
  readonly login: string;
  readonly scopes: readonly string[];
  readonly openMs: number;
  readonly challengeMs: number;
  readonly helloMs: number;
  readonly roundTripMs: number;
  /** The local clock minus the gateway's, in ms; network time included. */
  readonly clockSkewMs: number;
}

async function measure({ connection, login }: Gateway, context: Context): Promise<Live> {
  const { handshake, timings } = connection;
  const startedAt = context.clock.elapsed();
  await connection.call("last-heartbeat", undefined, context.signal);
  return {
    url: (await context.settings()).endpoint.value.url,
    version: handshake.hello.server.version,
    protocol: handshake.protocol,
    deviceId: (await context.whoAmI()).deviceId,
    login: login.kind === "none" ? "device key only" : `${login.kind} from ${login.from}`,
    scopes: connection.grantedScopes,
    openMs: round(timings.openMs),
    challengeMs: round(timings.challengeMs),
    helloMs: round(timings.helloMs),
    roundTripMs: round(context.clock.elapsed() - startedAt),
    clockSkewMs: Math.round(handshake.challengedAt.localMs - handshake.challengedAt.gatewayMs),
  };
}

function pairsOf(live: Live): Pair[] {
  return [
    ["gateway", `${live.url} (version ${live.version}, protocol ${live.protocol})`],
    ["login", live.login],
    ["device", live.deviceId ?? "none"],
    ["scopes", live.scopes.join(", ") || "none"],
    ["handshake", `open ${live.openMs} ms, challenge ${live.challengeMs} ms, hello ${live.helloMs} ms`],
    ["round trip", `${live.roundTripMs} ms`],
    ["clock skew", `${live.clockSkewMs} ms`],
  ];
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
