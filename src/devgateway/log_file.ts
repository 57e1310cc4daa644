/**
 * The log as `logs.tail` reads it: JSON lines as real gateways write them, in a file of bytes that is read from its end
 * or from a cursor, and whose name or content may be changed as a rotation does. Only the last lines are kept.
 */
import type { ProtocolVersion } from "../protocol/mod.ts";
import type { GatewayLogLine } from "./log.ts";

/** Lines beyond this are forgotten, oldest first. */
const mostLines = 5_000;
const defaults = { limit: 500, maxBytes: 250_000 };

/** What `logs.tail` takes. */
export interface TailParams {
  readonly cursor?: number | undefined;
  readonly limit?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** What it answers. */
export interface Tail {
  readonly file: string;
  readonly cursor: number;
  readonly size: number;
  readonly lines: readonly string[];
  readonly truncated: boolean;
  /** The answer does not begin where the cursor was. */
  readonly reset: boolean;
  readonly skippedBytes?: number;
}

interface StoredLine {
  readonly text: string;
  readonly startsAt: number;
}

export class LogFile {
  readonly #protocol: ProtocolVersion;
  #name: string;
  #lines: StoredLine[] = [];
  #size = 0;

  constructor(protocol: ProtocolVersion, nowMs: number) {
    this.#protocol = protocol;
    this.#name = `/tmp/openclaw/openclaw-${new Date(nowMs).toISOString().slice(0, 10)}.log`;
  }

  /** Adds what happened. */
  write({ at, event, text, advice, facts }: GatewayLogLine): void {
    const words = [event, text === event ? "" : text, facts === undefined ? "" : JSON.stringify(facts), advice ?? ""];
    const message = words.filter((part) => part !== "").join(" ");
    const name = '{"subsystem":"gateway/ws"}';
    const date = new Date(at).toISOString();
    const level = advice === undefined ? "INFO" : "WARN";
    const line = { 0: name, 1: message, _meta: { date, logLevelName: level, name }, time: date };
    this.append(JSON.stringify(this.#protocol === 4 ? { ...line, message } : line));
  }

  /** Adds a line as it is. */
  append(text: string): void {
    this.#lines.push({ text, startsAt: this.#size });
    this.#size += lengthOf(text);
    if (this.#lines.length > mostLines) this.#lines.shift();
  }

  /** Begins an empty file: of another name, as every midnight, or in the place of the old one. */
  rotate(name = this.#name): void {
    this.#name = name;
    this.#lines = [];
    this.#size = 0;
  }

  /** The last lines, or those since the cursor: never more than the limits allow. */
  tail({ cursor, limit = defaults.limit, maxBytes = defaults.maxBytes }: TailParams): Tail {
    const size = this.#size;
    const isBeyond = cursor !== undefined && cursor > size;
    const wanted = cursor === undefined || isBeyond ? 0 : cursor;
    const start = Math.max(wanted, size - maxBytes);
    const isCut = start > wanted;
    const all = this.#lines.filter(({ startsAt }) => startsAt >= start).map(({ text }) => text);
    // 2026.3.13 does not say so when it leaves lines out for the sake of the limit.
    const isLimited = this.#protocol === 4 && all.length > limit;
    const isSkipping = cursor !== undefined && !isBeyond && isCut;
    return {
      file: this.#name,
      cursor: size,
      size,
      lines: all.slice(-limit),
      truncated: isCut || isLimited,
      reset: isBeyond || isSkipping,
      ...(this.#protocol === 4 && isSkipping ? { skippedBytes: start - wanted } : {}),
    };
  }
}

function lengthOf(line: string): number {
  return new TextEncoder().encode(line).length + 1;
}
