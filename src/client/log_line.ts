/**
 * One line of a gateway's log. Both generations write JSON, with what was said under numbers, and the place where it
 * was said as JSON within it; other programs' lines may stand between them. What is not understood stays as it is.
 */
import { isNestedTooDeep, parseJson } from "../protocol/mod.ts";

export interface LogLine {
  /** The line as the gateway gave it. */
  readonly line: string;
  /** Epoch ms. */
  readonly timeMs?: number;
  /** In lower case: `info`, `warn`. */
  readonly level?: string;
  /** Which part of the gateway: `gateway/ws`. */
  readonly subsystem?: string;
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Reads a line; never throws. */
export function parseLogLine(line: string): LogLine {
  const entry = membersOf(line);
  if (entry === undefined) return { line, message: line };
  const meta = isMembers(entry["_meta"]) ? entry["_meta"] : {};
  const place = membersOf(meta["name"]) ?? membersOf(entry["0"]) ?? {};
  const said = entry["time"] ?? meta["date"];
  const time = typeof said === "string" ? Date.parse(said) : NaN;
  const level = entry["level"] ?? meta["logLevelName"];
  const subsystem = place["subsystem"] ?? place["module"] ?? place["plugin"] ?? entry["subsystem"];
  return {
    line,
    ...(Number.isNaN(time) ? {} : { timeMs: time }),
    ...(typeof level === "string" ? { level: level.toLowerCase() } : {}),
    ...(typeof subsystem === "string" ? { subsystem } : {}),
    message: messageOf(entry, meta) || line,
  };
}

/** What was said: as one text, or in parts, of which the first may repeat the place. */
function messageOf(entry: Members, meta: Members): string {
  if (typeof entry["message"] === "string") return entry["message"];
  const parts = Object.entries(entry).filter(([name, part]) => /^\d+$/.test(name) && part !== meta["name"]);
  return parts.map(([, part]) => typeof part === "string" ? part : JSON.stringify(part)).join(" ");
}

function membersOf(text: unknown): Members | undefined {
  if (typeof text !== "string" || !text.trimStart().startsWith("{")) return undefined;
  try {
    const value = parseJson(text);
    return isMembers(value) && !isNestedTooDeep(text, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
