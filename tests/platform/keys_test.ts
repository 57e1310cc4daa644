import assert from "node:assert/strict";
import process from "node:process";
import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { itWhen } from "../support/it_when.ts";
import { openTerminal, terminalObstacle } from "../support/terminal.ts";

/** The script on a terminal, and behind it how the terminal is left. */
function openKeys(...args: readonly string[]) {
  const path = fileURLToPath(new URL("../support/key_script.ts", import.meta.url));
  const run = process.versions["bun"] === undefined ? ["run", "-A", "--no-check", "--quiet", path] : [path];
  const home = process.env["HOME"] ?? "/";
  // A Ctrl-C before the keys are raw is the terminal's own, and meets the shell too.
  const line = 'trap : INT; "$@"; echo "left:" $(stty -a | tr " ;" "\\n\\n" | grep -xE -- "-?(icanon|echo|isig)")';
  return openTerminal(["sh", "-c", line, "sh", process.execPath, ...run, ...args], { HOME: home, TERM: "xterm" });
}

const asItWas = /left: isig icanon echo/;

describe("readKey()", () => {
  itWhen(terminalObstacle, "tells one key at a time without a line end, and what came at once as one", async () => {
    const terminal = openKeys();
    await terminal.sees("? ", 30_000);
    terminal.type("a");
    await terminal.sees('"a"');
    await terminal.sees("? ");
    terminal.type("\x1b[A");
    await terminal.sees('"\\u001b[A"');
    await terminal.sees("? ");
    terminal.type("q");
    await terminal.sees(asItWas);
    assert.equal(await terminal.ended, 0);
  });

  itWhen(terminalObstacle, "takes Ctrl-C for an interruption, and leaves the terminal as it was", async () => {
    const terminal = openKeys();
    await terminal.sees("? ", 30_000);
    terminal.type("\x03");
    await terminal.sees("Error: interrupted");
    await terminal.sees(asItWas);
    assert.equal(await terminal.ended, 0);
  });

  itWhen(terminalObstacle, "leaves the terminal as it was when the time is over", async () => {
    const terminal = openKeys("500");
    await terminal.sees("Error: time is over", 30_000);
    await terminal.sees(asItWas);
    assert.equal(await terminal.ended, 0);
  });
});
