/**
 * Collects what a library prints. The completion library knows no other way out than the console; nothing else in the
 * project may touch it.
 */

/** Runs `action` and returns what it logged, each call on a line of its own. */
export function captureConsole(action: () => void): string {
  const lines: string[] = [];
  const original = console.log;
  console.log = (...values: unknown[]) => lines.push(values.join(" "));
  try {
    action();
  } finally {
    console.log = original;
  }
  return lines.map((line) => `${line}\n`).join("");
}
