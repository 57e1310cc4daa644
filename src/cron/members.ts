/**
 * Definitions and parts of them as members by name, before a schema has looked at them, or where any of them may be
 * meant. Pure.
 */

/** An object as JSON knows it. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value has members: no list, and no null. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as members; none where it has none. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}
