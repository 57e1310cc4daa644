/**
 * A definition as lines for people, a member each: `payload.message: "Report on the night"`. Pure.
 */
import type { View } from "../../cli/outcome.ts";
import { isMembers } from "../../cron/members.ts";

/** Every value by its path; lists and texts as JSON, so that nothing is left to guess. */
export function memberLines(value: unknown, path = ""): readonly View[] {
  if (value === undefined) return [];
  if (!isMembers(value)) return [{ kind: "line", text: `  ${path}: ${JSON.stringify(value)}` }];
  return Object.entries(value).flatMap(([name, member]) => memberLines(member, path === "" ? name : `${path}.${name}`));
}
