/**
 * What is wrong with a definition that a person wrote, in words: the first thing that a schema minds, by the path of
 * the member. The schemas themselves say little, since their words for people would double claw's size.
 */
import type * as z from "zod/mini";

/** A complaint and the member that it is about: `["payload", "timeoutSeconds"]`. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** The first complaint of a schema about a value. */
export function complaintOf(issues: readonly Issue[], value: unknown): Complaint {
  const [issue] = issues;
  if (issue === undefined) return { path: [], message: "it is not a definition" };
  if (issue.code === "invalid_union") {
    const nested = nearest(issue.errors);
    if (nested !== undefined) return complaintOf([{ ...nested, path: [...issue.path, ...nested.path] }], value);
  }
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
  return { path, message: messageOf(issue, path, value) };
}

/** Of the ways in which a value may be right, the one that it comes nearest to: that whose mistake lies deepest. */
function nearest(branches: readonly (readonly Issue[])[]): Issue | undefined {
  return branches.map(([first]) => first).filter((issue) => issue !== undefined)
    .sort((a, b) =>
      b.path.length - a.path.length || Number(b.code === "unrecognized_keys") - Number(a.code === "unrecognized_keys")
    )[0];
}

function messageOf(issue: Issue, path: readonly PropertyKey[], value: unknown): string {
  const name = path.join(".") || "it";
  const given = path.reduce<unknown>(
    (at, key) => at === null || at === undefined ? undefined : Reflect.get(Object(at), key),
    value,
  );
  if (issue.code === "unrecognized_keys") return `there is no member ${name}`;
  if (given === undefined) return `${name} is missing`;
  const shown = JSON.stringify(given);
  const what = `${name}: ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`;
  if (issue.code === "invalid_type") {
    return `${what} is no ${issue.expected === "int" ? "whole number" : issue.expected}`;
  }
  if (issue.code === "invalid_value") return `${what} is not one of ${issue.values.join(", ")}`;
  if ("options" in issue && Array.isArray(issue.options)) return `${what} is not one of ${issue.options.join(", ")}`;
  if (issue.code === "too_small") return given === "" ? `${name} is empty` : `${what} is too small`;
  if (issue.code === "too_big") return `${what} is too large`;
  return `${what} is not what it may be`;
}
