/**
 * A failed schema check in the gateway's words (`at /client/id: must be equal to constant; …`), so that a client author
 * reads here what a real gateway would say. The two generations list differently: 2026.3.13 names every missing
 * property, 2026.9.6 only the first of an object (transcripts 11c, 14).
 */
import type * as z from "zod/mini";
import type { ProtocolVersion } from "../protocol/mod.ts";

type Issue = z.core.$ZodIssue;

/** Everything that is wrong with a value, joined by `; `; undefined when nothing is. */
export function complaintsOf(schema: z.ZodMiniType, value: unknown, protocol: ProtocolVersion): string | undefined {
  const result = schema.safeParse(value);
  if (result.success) return undefined;
  const said: string[] = [];
  const objectsWithGap = new Set<string>();
  for (const issue of result.error.issues) {
    const parent = pathText(issue.path.slice(0, -1));
    const isGap = isMissing(issue, value);
    if (isGap && protocol === 4 && objectsWithGap.has(parent)) continue;
    if (isGap) objectsWithGap.add(parent);
    said.push(...(isGap ? [`${at(parent)}must have required property '${String(issue.path.at(-1))}'`] : words(issue)));
  }
  return [...new Set(said)].join("; ");
}

function words(issue: Issue): string[] {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `at ${path === "" ? "root" : path}: unexpected property '${key}'`);
  }
  if (issue.code === "invalid_value") {
    const constant = `${at(path)}must be equal to constant`;
    return issue.values.length === 1 ? [constant] : [constant, `${at(path)}must match a schema in anyOf`];
  }
  if (issue.code === "too_small" && issue.origin === "string") {
    return [`${at(path)}must NOT have fewer than 1 characters`];
  }
  if (issue.code === "too_small") return [`${at(path)}must be >= ${issue.minimum}`];
  if (issue.code === "too_big" && issue.origin === "string") {
    return [`${at(path)}must NOT have more than ${issue.maximum} characters`];
  }
  if (issue.code === "too_big") return [`${at(path)}must be <= ${issue.maximum}`];
  if (issue.code === "invalid_type") {
    return [`${at(path)}must be ${issue.expected === "int" ? "integer" : issue.expected}`];
  }
  if (issue.code === "invalid_union") return [`${at(path)}must match a schema in anyOf`];
  return [`${at(path)}${issue.message}`];
}

/** zod says "wrong type" of a property that is not there; the gateway says that it is missing. */
function isMissing(issue: Issue, value: unknown): boolean {
  if (issue.path.length === 0) return false;
  let here: unknown = value;
  for (const step of issue.path.slice(0, -1)) here = (here as Record<PropertyKey, unknown>)[step];
  return typeof here === "object" && here !== null && !Object.hasOwn(here, issue.path.at(-1) ?? "");
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step)}`).join("");
}

function at(path: string): string {
  return path === "" ? "" : `at ${path}: `;
}
