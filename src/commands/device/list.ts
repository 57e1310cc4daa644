/**
 * `claw device list`: who asks to be paired, then who is, in one table. What one request asks for in full:
 * `approve.ts` with --dry-run.
 */
import { defineCommand } from "../../cli/command.ts";
import { type Cell, type Column, done, type View } from "../../cli/outcome.ts";
import { formatRelative } from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { approvedScopes, rolesOf, type Roster, scopesBeyond, shortId, tokenState } from "../../devices/roster.ts";
import type { PairedDevice, PendingDevice } from "../../protocol/mod.ts";
import { type Desk, openDesk, partialHint, partialWords } from "./desk.ts";
import { clip, nameWords, scopeWords } from "./device_words.ts";

export const deviceList = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw device list", does: "requests first, then the paired devices" },
    { line: "claw device list --json", does: "with whole ids, and all that the gateway tells of them" },
  ],
  notes: [
    "A name in quotes is what a device calls itself; one without is a label that was given with `claw device rename`. A\n" +
    "scope with a plus is asked for and not approved yet. The ID of a request is the request's, that of a device the\n" +
    "device's: both are enough for the other verbs, unless another one begins alike.",
    "TOKEN tells whether the device could log in with a token of its own. A narrow terminal shows fewer columns and cuts\n" +
    "long texts; a pipe gets everything.",
  ],
  async run(_options, _operands, context) {
    const desk = await openDesk(context);
    if (desk.isPartial) context.warn(`${partialWords}: ${partialHint} to see all`);
    return done(dataOf(desk), viewOf(desk, gatewayNow(desk.connection, context.clock)));
  },
});

function dataOf({ roster, deviceId, isPartial }: Desk) {
  const known = knownDevices(roster);
  const pending = roster.pending.map((request) => {
    const approved = approvedScopes(known.get(request.deviceId));
    return { ...request, approvedScopes: approved, newScopes: scopesBeyond(request.scopes ?? [], approved) };
  });
  const paired = roster.paired.map((device) => ({ ...device, isThisDevice: device.deviceId === deviceId }));
  return { deviceId, isPartial, pending, paired };
}

/** By their ids: there may be many of both. */
function knownDevices({ paired }: Roster): ReadonlyMap<string, PairedDevice> {
  return new Map(paired.map((device) => [device.deviceId, device]));
}

const columns: readonly Column[] = [
  { label: "NAME", shrinks: true },
  { label: "ID" },
  { label: "STATE" },
  { label: "PLATFORM", isExtra: true },
  { label: "ROLES", isExtra: true },
  { label: "SCOPES", shrinks: true },
  { label: "AGE" },
  { label: "SEEN" },
  { label: "TOKEN" },
];

function viewOf({ roster, deviceId }: Desk, nowMs: number): View {
  const known = knownDevices(roster);
  const rows = [
    ...roster.pending.map((request) => pendingRow(request, known.get(request.deviceId), deviceId, nowMs)),
    ...roster.paired.map((device) => pairedRow(device, deviceId, nowMs)),
  ];
  if (rows.length === 0) return { kind: "line", text: "no device is paired, and none asks to be" };
  return { kind: "table", columns, rows };
}

function pendingRow(
  request: PendingDevice,
  device: PairedDevice | undefined,
  ownId: string,
  nowMs: number,
): readonly Cell[] {
  const added = scopesBeyond(request.scopes ?? [], approvedScopes(device));
  const isAdded = new Set(added);
  const kept = (request.scopes ?? []).filter((scope) => !isAdded.has(scope));
  const state = request.deviceId === ownId ? "asks (this)" : device === undefined ? "asks" : "asks more";
  return [
    nameWords(device?.operatorLabel, request.displayName),
    shortId(request.requestId),
    { text: state, tone: "warn" },
    clip(request.platform ?? "-"),
    clip(rolesOf(request).join(" ") || "-"),
    scopeWords(kept, added),
    timeWords(request.ts, nowMs),
    "-",
    "-",
  ];
}

function pairedRow(device: PairedDevice, ownId: string, nowMs: number): readonly Cell[] {
  const token = tokenState(device);
  const usedAtMs = (device.tokens ?? []).map((one) => one.lastUsedAtMs ?? 0);
  const seenAtMs = usedAtMs.reduce((latest, at) => Math.max(latest, at), device.lastSeenAtMs ?? 0);
  const bornAtMs = device.createdAtMs ?? device.approvedAtMs;
  return [
    nameWords(device.operatorLabel, device.displayName),
    shortId(device.deviceId),
    device.deviceId === ownId ? "this device" : "paired",
    clip(device.platform ?? "-"),
    clip(rolesOf(device).join(" ") || "-"),
    scopeWords(approvedScopes(device)),
    bornAtMs === undefined ? "-" : timeWords(bornAtMs, nowMs),
    device.connected === true ? "now" : seenAtMs === 0 ? "-" : timeWords(seenAtMs, nowMs),
    token === "valid" ? token : { text: token, tone: "dim" },
  ];
}

/** The ends of the calendar (ECMA-262 §21.4.1.1): what is told beyond them is no time. */
const lastTimeMs = 8.64e15;

function timeWords(atMs: number, nowMs: number): string {
  return Math.abs(atMs) > lastTimeMs ? "-" : formatRelative(atMs, nowMs);
}
