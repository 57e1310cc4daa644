/**
 * How a request of this device is told: who it is, what it asks for, and the command that approves it in each place
 * where somebody may sit. Pure.
 */
import type { WhoAmI } from "../../cli/context.ts";
import type { Pairs, Shown, View } from "../../cli/outcome.ts";
import { type PairingReason, requestLifeMs } from "../../devices/pairing_refusal.ts";
import { scopeList } from "./device_words.ts";

/** A request of this device that waits. */
export interface OwnRequest {
  readonly requestId: string | undefined;
  readonly reason: PairingReason | undefined;
  /** All that was asked for now, what it has already included. The gateway adds what was asked for while it waits. */
  readonly requestedScopes: readonly string[];
  /** undefined: the gateway does not tell. */
  readonly approvedScopes: readonly string[] | undefined;
}

/** The commands that approve a request, by where they are run. */
export function approveCommands(requestId: string | undefined): Readonly<Record<string, string>> {
  const words = requestId === undefined ? "devices list" : `devices approve ${requestId}`;
  return {
    gatewayHost: `openclaw ${words}`,
    docker: `docker compose run --rm openclaw-cli ${words}`,
    systemd: `sudo -iu USER openclaw ${words}`,
    pairedClaw: requestId === undefined ? "claw device list" : `claw device approve ${requestId}`,
  };
}

const places: Readonly<Record<string, string>> = {
  gatewayHost: "on the gateway's host",
  docker: "where compose runs it",
  systemd: "where USER's systemd runs it",
  pairedClaw: "by a claw that may do it",
};

const why: Readonly<Record<PairingReason, string>> = {
  "not-paired": "this device is not paired with the gateway",
  "scope-upgrade": "it asks for more than it was approved for",
  "role-upgrade": "it is not approved as an operator, or not any more",
  "metadata-upgrade": "it says other things of itself than when it was approved: does another program use its key?",
};

/** The request for programs and for people. */
export function showRequest(request: OwnRequest, me: WhoAmI): Shown {
  const { requestId, reason, requestedScopes, approvedScopes } = request;
  const commands = approveCommands(requestId);
  const pairs: Pairs = [
    ["request", requestId ?? "the gateway does not name it"],
    ["device", me.deviceId ?? "unknown"],
    ["key", me.keyFingerprint ?? "unknown"],
    ["asks for", scopeList(requestedScopes)],
    ["approved", approvedScopes === undefined ? "the gateway does not say" : scopeList(approvedScopes)],
    ["why", reason === undefined ? "the gateway does not say" : why[reason]],
    ["waits", "five minutes from when this device last asked, with all that it asked for till then"],
  ];
  const ways: Pairs = Object.entries(commands).map(([place, command]) => [places[place] ?? place, command]);
  const data = {
    status: "pending",
    requestId: requestId ?? null,
    deviceId: me.deviceId,
    keyFingerprint: me.keyFingerprint,
    reason: reason ?? null,
    requestedScopes,
    approvedScopes: approvedScopes ?? null,
    livesMs: requestLifeMs,
    approve: commands,
  };
  const views: View[] = [
    { kind: "pairs", pairs },
    { kind: "line", text: "" },
    {
      kind: "line",
      text: requestId === undefined ? "look for it, and approve it, by:" : "any one of these approves it:",
    },
    { kind: "pairs", pairs: ways },
  ];
  return { data, view: { kind: "stack", views } };
}

/** The same for an error's sentence. */
export function requestWord(requestId: string | undefined): string {
  return requestId === undefined ? "the request" : `request ${requestId}`;
}
