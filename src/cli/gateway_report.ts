/**
 * What is told of a gateway that let this device in, and of the settings that led there: for the verbs that look
 * whether all is well.
 */
import type { SettingRow } from "../settings/describe.ts";
import type { Context, Gateway } from "./context.ts";
import type { Pairs } from "./outcome.ts";

/** A gateway as one login finds it. Times in ms, to a tenth. */
export interface LiveGateway {
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

/** Asks it for one small thing. @throws ClawError as any call */
export async function measureGateway({ connection, login }: Gateway, context: Context): Promise<LiveGateway> {
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

/** The same for people. */
export function gatewayPairs(live: LiveGateway): Pairs {
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

/** Settings with where they come from. */
export function settingPairs(rows: readonly SettingRow[]): Pairs {
  return rows.map(({ name, shown, origin }) => [name, `${shown}  (${origin})`] as const);
}
