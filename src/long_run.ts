/**
 * Builds what a verb needs that goes on for long. Part of the composition root: `context.ts` loads it for such verbs.
 */
import type { LongRun, Supervisor } from "./cli/long_run.ts";
import type { Voice } from "./cli/voice.ts";
import type { World } from "./platform/world.ts";

type Speech = Pick<Voice, "say" | "tell" | "ask" | "json" | "pourUntil">;

export function createLongRun(world: World, voice: Speech): LongRun {
  const { stdin, stderr, env } = world;
  const socket = env["NOTIFY_SOCKET"] ?? "";
  const isAttended = !voice.json && stdin.isTty && stderr.isTty;
  return {
    tell: (text) => voice.tell(text),
    ask: (question, facts) => voice.ask(question, facts),
    pourUntil: (giveUp) => voice.pourUntil(giveUp),
    endLine: () => stderr.write("\n"),
    runProgram: (argv, input, signal) => world.runProgram(argv, input, signal),
    ...(isAttended ? { readKey: (signal: AbortSignal) => stdin.readKey(signal) } : {}),
    ...(socket === "" ? {} : { supervisor: createSupervisor(socket, world, voice) }),
  };
}

function createSupervisor(socket: string, world: World, voice: Speech): Supervisor {
  let isWarned = false;
  let last = Promise.resolve();
  const send = async (text: string) => {
    try {
      await world.sendDatagram(socket, text);
    } catch (thrown) {
      // Its queue may have been full for a moment: who fell silent for that would be taken for dead.
      if (isWarned) return;
      isWarned = true;
      voice.say("warning", `systemd cannot be told how it goes: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  };
  return {
    watchdogMs: watchdogMs(world.env["WATCHDOG_USEC"]),
    notify: (...assignments) => last = assignments.length === 0 ? last : last.then(() => send(assignments.join("\n"))),
  };
}

/** Microseconds, as systemd writes them (`sd_watchdog_enabled(3)`). */
function watchdogMs(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) / 1_000 : undefined;
}
