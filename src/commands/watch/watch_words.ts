/**
 * How events are told to people: one line each, with what matters of the few that claw knows well, and the payload as
 * it is of all others. Pure.
 */
import type { View } from "../../cli/outcome.ts";
import { formatDuration, formatWallClock } from "../../cli/times.ts";
import type { FeedItem } from "../../watch/feed.ts";
import type { Somebody } from "../../watch/presence.ts";

type Members = Readonly<Record<string, unknown>>;

/** Longer payloads are cut; `--json` has them whole. */
const mostCharacters = 200;

/** One line with when, what and the words for it; nothing for a list of who is there that has not changed. */
export function viewEvent(item: FeedItem, zone: string): View {
  const words = wordsFor(item);
  if (words === undefined) return { kind: "raw", text: "" };
  const text = [formatWallClock(item.at, zone), clip(item.event), words].filter((part) => part !== "").join("  ");
  return { kind: "line", text };
}

function wordsFor(item: FeedItem): string | undefined {
  const payload = membersOf(item.payload);
  if (item.event === "presence" && item.joined !== undefined) return movementWords(item.joined, item.left ?? []);
  // A gateway may call an event anything, `constructor` too.
  const words = Object.hasOwn(known, item.event) ? known[item.event]?.(payload) : undefined;
  return words ?? compact(item.payload);
}

function movementWords(joined: readonly Somebody[], left: readonly Somebody[]): string | undefined {
  const parts = [
    ...(joined.length === 0 ? [] : [`joined: ${joined.map(nameOf).join(", ")}`]),
    ...(left.length === 0 ? [] : [`left: ${left.map(nameOf).join(", ")}`]),
  ];
  return parts.length === 0 ? undefined : clip(parts.join("; "));
}

function nameOf({ host, mode, platform, deviceId, text: said }: Somebody): string {
  const name = text(host) ?? text(said) ?? text(deviceId)?.slice(0, 8) ?? "somebody";
  const facts = [text(mode), text(platform)].filter((fact) => fact !== undefined);
  return facts.length === 0 ? name : `${name} (${facts.join(", ")})`;
}

/** Words for a payload; undefined where it does not have what they are made of. */
const known: Readonly<Record<string, (payload: Members) => string | undefined>> = {
  cron({ jobId, action, job, status, error, durationMs }) {
    if (text(action) === undefined) return undefined;
    const name = text(membersOf(job)["name"]);
    const took = typeof durationMs === "number" ? `after ${formatDuration(durationMs)}` : undefined;
    return joined(name ?? text(jobId), text(action), text(status), took, text(error));
  },
  heartbeat: ({ status, reason, preview }) => text(status) && joined(text(status), text(reason), text(preview)),
  health: ({ ok }) => typeof ok === "boolean" ? ok ? "ok" : "not ok" : undefined,
  tick: () => "",
  shutdown({ reason, restartExpectedMs }) {
    const back = typeof restartExpectedMs === "number"
      ? `back in about ${formatDuration(restartExpectedMs)}`
      : undefined;
    return text(reason) && joined(text(reason), back);
  },
  "device.pair.requested": ({ requestId, deviceId, scopes }) =>
    text(requestId) && joined(
      `request ${text(requestId)}`,
      `device ${text(deviceId)?.slice(0, 8) ?? "?"}`,
      Array.isArray(scopes) ? `asks for ${scopes.filter((scope) => typeof scope === "string").join(" ")}` : undefined,
    ),
  "device.pair.resolved": ({ requestId, decision }) =>
    text(requestId) && joined(`request ${text(requestId)}`, text(decision)),
  "claw.gap": ({ expected, received, missed }) =>
    missed === 0
      ? `event ${received} came again or out of order (event ${expected} was due)`
      : `${missed === 1 ? "an event is" : `${missed} events are`} missing before event ${received}`,
  "claw.dropped": ({ count }) =>
    `${count === 1 ? "an event was" : `${count} events were`} dropped: they came faster than they were read`,
  "claw.connected"({ server, protocol, presence }) {
    const who = Array.isArray(presence)
      ? `there: ${presence.map((one) => nameOf(membersOf(one))).join(", ")}`
      : undefined;
    return joined(`gateway ${text(membersOf(server)["version"]) ?? "?"} (protocol ${protocol})`, who);
  },
  "claw.disconnected": ({ message }) => text(message),
};

function joined(...parts: readonly (string | undefined)[]): string {
  return clip(parts.filter((part) => part !== undefined && part !== "").join("  "));
}

function compact(payload: unknown): string {
  return payload === undefined ? "" : clip(JSON.stringify(payload));
}

function clip(words: string): string {
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? value as Members : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
