/**
 * The gateway's log as it grows: by a cursor into its file, with a pause between looks. What was not seen is told of as
 * a gap, never passed over. How a line is read by people: `log_line.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { ParamsOf, ResultOf } from "../protocol/mod.ts";

export interface LogTailOptions {
  readonly read: (params: ParamsOf<"logs.tail">) => Promise<ResultOf<"logs.tail">>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of the first look: how many lines, out of how many bytes at the end of the file. */
  readonly limit: number;
  readonly maxBytes: number;
  /** Whether to go on. */
  readonly isFollowed: boolean;
}

/** `rotated`: the file is another one, or begins anew. `skipped`: more came between two looks than one look gives. */
export interface LogGap {
  readonly kind: "rotated" | "skipped";
  readonly file: string;
  /** How much is missing, where that can be told. */
  readonly skippedBytes?: number;
}

export type LogItem = { readonly line: string } | { readonly gap: LogGap };

type Look = ResultOf<"logs.tail">;

/** What both generations give at most (LogsTailParams of the published protocol). */
export const mostLines = 5_000;
export const mostBytes = 1_000_000;
const leastPauseMs = 1_000;
const mostPauseMs = 10_000;
/** 2026.9.6 looks for secrets far back in the file: a look may cost it seconds, and most of the time is to be its own. */
const restFactor = 2;

/** Each line once, in the order of the file. @throws what `read` does; the signal's reason */
export async function* tailLog(options: LogTailOptions): AsyncGenerator<LogItem> {
  const { read, clock, signal, limit, maxBytes, isFollowed } = options;
  let startedAt = clock.elapsed();
  let look = await read({ limit, maxBytes });
  let tookMs = clock.elapsed() - startedAt;
  for (const line of look.lines) yield { line };
  while (isFollowed) {
    await clock.sleep(Math.min(mostPauseMs, Math.max(leastPauseMs, restFactor * tookMs)), signal);
    const before = look;
    startedAt = clock.elapsed();
    look = await read({ cursor: before.cursor, limit: mostLines, maxBytes: mostBytes });
    if (look.file !== before.file) {
      // The cursor was the old file's: all of the new one is news.
      look = await read({ cursor: 0, limit: mostLines, maxBytes: mostBytes });
      yield { gap: { kind: "rotated", file: look.file } };
      yield* gapsIn(look, 0);
    } else {
      yield* gapsIn(look, before.cursor);
    }
    tookMs = clock.elapsed() - startedAt;
    for (const line of look.lines) yield { line };
  }
}

function* gapsIn(look: Look, cursor: number): Generator<LogItem> {
  const { file, size, lines } = look;
  const skippedBytes = look["skippedBytes"];
  const isAnew = size < cursor;
  if (isAnew) yield { gap: { kind: "rotated", file } };
  const isReset = look["reset"] === true && !isAnew;
  // 2026.3.13 does not tell when the limit cuts.
  if (isReset || look["truncated"] === true || lines.length >= mostLines) {
    yield { gap: { kind: "skipped", file, ...(typeof skippedBytes === "number" ? { skippedBytes } : {}) } };
  }
}
