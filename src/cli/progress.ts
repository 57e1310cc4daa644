/**
 * What is going on, for whoever waits: on a terminal one line that moves and is gone in the end, elsewhere a line
 * whenever there is something new to say. It stands on stderr, like all words.
 */
import type { Clock } from "../platform/clock.ts";
import type { Output } from "../platform/world.ts";
import { escapeLine } from "./escape.ts";
import { cutText } from "./table.ts";

export interface Progress extends Disposable {
  /** Says what is going on now. */
  show(text: string): void;
  /** Takes the moving line away, so that another may be written; it comes back with the next move. */
  clear(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 120;
const eraseLine = "\r\x1b[K";

export function createProgress(output: Pick<Output, "isTty" | "columns" | "write">, clock: Clock): Progress {
  return output.isTty ? createSpinner(output, clock) : createLog(output);
}

function createLog({ write }: Pick<Output, "write">): Progress {
  let last = "";
  return {
    show(text) {
      if (text !== last) write(`claw: ${escapeLine(text)}\n`);
      last = text;
    },
    clear: () => {},
    [Symbol.dispose]: () => {},
  };
}

function createSpinner({ columns, write }: Pick<Output, "columns" | "write">, clock: Clock): Progress {
  const startedAt = clock.elapsed();
  let shown = "";
  let frame = 0;
  let stop = () => {};
  let isMoving = false;
  const draw = () => {
    const seconds = Math.floor((clock.elapsed() - startedAt) / 1_000);
    const line = `${frames[frame++ % frames.length]} ${escapeLine(shown)} (${seconds} s)`;
    write(`${eraseLine}${cutText(line, columns - 1)}`);
    stop();
    stop = clock.after(frameMs, draw);
    isMoving = true;
  };
  const clear = () => {
    if (isMoving) write(eraseLine);
  };
  return {
    show(text) {
      shown = text;
      draw();
    },
    clear,
    [Symbol.dispose]() {
      stop();
      clear();
      isMoving = false;
    },
  };
}
