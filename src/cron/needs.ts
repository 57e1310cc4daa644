/**
 * What a definition asks for that only newer gateways know, found before anything is sent: an older one refuses some of
 * it in words that name no flag, and takes some of it for something else without a word. Pure.
 */
import { ClawError } from "../errors.ts";
import type { ProtocolVersion } from "../protocol/mod.ts";
import { type Members, membersOf } from "./members.ts";

/** The release in which all of it was seen; nothing is claimed of those between this and 2026.3.13. */
const knowing = "2026.9.6";

interface Need {
  /** The flag or member as a person writes it. */
  readonly name: string;
  isNeeded(definition: Members): boolean;
}

const member = (path: string, name = path): Need => ({
  name,
  isNeeded: (definition) =>
    path.split(".").reduce<unknown>((at, part) => membersOf(at)[part], definition) !== undefined,
});
const value = (path: string, pattern: RegExp, name: string): Need => ({
  name,
  isNeeded: (definition) =>
    pattern.test(String(path.split(".").reduce<unknown>((at, part) => membersOf(at)[part], definition))),
});

const needs: readonly Need[] = [
  member("declarationKey", "--declaration-key"),
  member("displayName"),
  member("pacing"),
  member("trigger"),
  // 2026.3.13 makes both an isolated job, and says nothing.
  value("sessionTarget", /^current$/, "--session current"),
  value("sessionTarget", /^session:/, "--session session:<key>"),
  value("schedule.kind", /^on-exit$/, "a schedule of kind on-exit"),
  value("schedule.kind", /^stream$/, "a schedule of kind stream"),
  value("payload.kind", /^command$/, "a payload of kind command"),
  value("payload.kind", /^script$/, "a payload of kind script"),
  member("payload.toolsAllow", "--tools"),
  member("delivery.threadId", "--thread-id"),
  member("delivery.completionDestination"),
  member("failureAlert.includeSkipped"),
];

/** What of a definition (or a patch) a gateway of this protocol does not know, as a person writes it. */
export function unknownIn(definition: object, protocol: ProtocolVersion): readonly string[] {
  if (protocol !== 3) return [];
  return needs.filter(({ isNeeded }) => isNeeded(definition as Members)).map(({ name }) => name);
}

/**
 * Refuses what the connected gateway does not know.
 * @throws ClawError `gateway/unsupported`, with `details.members`
 */
export function requireKnown(definition: object, protocol: ProtocolVersion, gatewayVersion: string): void {
  const members = unknownIn(definition, protocol);
  if (members.length === 0) return;
  const what = members.join(", ");
  throw new ClawError("gateway/unsupported", `gateway ${gatewayVersion} does not know ${what}; ${knowing} does`, {
    details: { members, gatewayVersion },
    hint: "upgrade the gateway, or leave that out",
  });
}
