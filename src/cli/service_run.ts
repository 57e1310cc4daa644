/**
 * What verbs have in common that run for weeks, perhaps as a service: a line on stderr for each change of state, the
 * notifications that systemd asks for, and a SIGTERM that is no failure there. Next: `hooks.ts`.
 */
import type { Context } from "./context.ts";
import type { LongRun } from "./long_run.ts";
import { formatDuration } from "./times.ts";
import type { Connection } from "../client/connection.ts";
import type { LineChange } from "../client/reconnect.ts";
import { asClawError } from "../errors.ts";
import type { ProgramEnd } from "../platform/world.ts";
import { Hooks, type HookTrouble } from "./hooks.ts";

export type StateChange = LineChange | { readonly kind: "connected"; readonly connection: Connection };

/** A run ends by its own means, or a signal. */
export const foreverMs = Number.MAX_SAFE_INTEGER;

/** For help: what every such verb does when it is a service. */
export const serviceNotes = [
  "As a systemd service (Type=notify) it says READY=1 with its first connection, answers the watchdog (WatchdogSec=),\n" +
  "and ends with 0 at SIGTERM; elsewhere it ends with 143 then, which a unit of another type counts as well by\n" +
  "SuccessExitStatus=143.",
];

/** For help: what becomes of the program of --exec. */
export const hookNote =
  "At most four run at once, and 256 wait; what does not fit is left out and counted. One that runs for longer than ten\n" +
  "minutes is ended, and so are all at the end: what takes longer must go into the background.";

/** systemd shows a line; a longer datagram might not be taken at all. */
const longestStatus = 300;

/** A longer wait is the gateway's wish: nobody should take it for a run that hangs. */
const longestOwnWaitMs = 30_000;

/** Tells changes of state on stderr, the same one once, and systemd. */
export function createTeller(context: Context, long: LongRun, url: string): (change: StateChange) => void {
  let isReady = false;
  let last = "";
  const say = (text: string) => {
    if (text !== last) long.tell(text);
    last = text;
    void long.supervisor?.notify(`STATUS=${text.slice(0, longestStatus).replace(/\s+/g, " ")}`);
  };
  return (change) => {
    if (change.kind === "waiting") {
      const words = `trying again in ${formatDuration(change.delayMs)}`;
      if (change.delayMs <= longestOwnWaitMs) context.note(words);
      else say(`${words}, as the gateway asks`);
    } else if (change.kind === "connected") {
      const { hello, protocol } = change.connection.handshake;
      // Before the line that others may wait for.
      if (!isReady) void long.supervisor?.notify("READY=1");
      isReady = true;
      say(`connected to gateway ${hello.server.version} at ${url} (protocol ${protocol})`);
    } else {
      const what = change.kind === "lost" ? "the connection is lost" : "there is no connection";
      say(`${what}, trying again: ${change.error.message}`);
    }
  };
}

/** Passes items on while systemd is told that the run lives; tells it of the end. */
export async function* superviseItems<Item>(
  items: AsyncIterable<Item>,
  context: Context,
  long: LongRun,
): AsyncGenerator<Item> {
  const { supervisor } = long;
  let cancel = () => {};
  const beat = (everyMs: number) => {
    void supervisor?.notify("WATCHDOG=1");
    cancel = context.clock.after(everyMs, () => beat(everyMs));
  };
  const stopping = () => void supervisor?.notify("STOPPING=1", "STATUS=stopping");
  // Half the time, as sd_watchdog_enabled(3) recommends.
  if (supervisor?.watchdogMs !== undefined) beat(supervisor.watchdogMs / 2);
  context.signal.addEventListener("abort", stopping, { once: true });
  try {
    yield* items;
  } catch (thrown) {
    const error = asClawError(thrown);
    const isStop = error.code === "interrupted" && error.details["signal"] === "SIGTERM";
    // To systemd, the number 143 would be a failure.
    if (supervisor === undefined || !isStop) throw error;
  } finally {
    cancel();
    context.signal.removeEventListener("abort", stopping);
    if (!context.signal.aborted) stopping();
    await supervisor?.notify();
  }
}

/** Runs a program for each item, or nothing without one. @param onFatal told when it cannot be started at all */
export function createHooks(
  argv: readonly string[],
  context: Context,
  long: LongRun,
  signal: AbortSignal,
  onFatal: (error: Error) => void,
): Hooks | undefined {
  if (argv.length === 0) return undefined;
  return new Hooks({
    run: (text, ended) => long.runProgram(argv, text, ended),
    clock: context.clock,
    signal,
    onAbsent: onFatal,
    onTrouble: (trouble) => context.warn(troubleWords(trouble)),
  });
}

function troubleWords(trouble: HookTrouble): string {
  switch (trouble.kind) {
    case "failed":
      return `the program of --exec ${endWords(trouble.end)}`;
    case "late":
      return `the program of --exec was ended: it ran for ${formatDuration(trouble.afterMs)}`;
    case "missed":
      return `${trouble.count} were not handed to the program of --exec`;
    case "full":
      return `the program of --exec is too slow: ${trouble.waiting} wait for it, others are left out`;
  }
}

function endWords(end: ProgramEnd): string {
  if (end.kind === "exited") return `ended with ${end.exitCode}`;
  return end.kind === "ended" ? `was ended by ${end.by}` : `could not be started: ${end.osCode}`;
}
