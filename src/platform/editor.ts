/**
 * Opens a file in the person's editor, on the terminal that claw itself runs on. Apart from `shell.ts`, whose commands
 * have no terminal.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { storing } from "./files.ts";

/** Writes a text to a new file that only its owner may read, in the system's temporary directory. @throws ClawError `store/io` */
export function createScratchFile(text: string, name: string): { readonly path: string; discard(): void } {
  const path = join(tmpdir(), name);
  storing(path, "write", () => fs.writeFileSync(path, text, { mode: 0o600, flag: "wx" }));
  return { path, discard: () => fs.rmSync(path, { force: true }) };
}

/**
 * Runs the editor by the shell, since `$EDITOR` may carry arguments, and waits until it is closed. Ctrl-C means the
 * editor meanwhile, not claw: vi and others have a use for it.
 * @returns its exit code; 127 when it could not be started, 1 when a signal ended it
 */
export async function runEditor(commandLine: string, path: string): Promise<number> {
  const heeded = process.listeners("SIGINT");
  const ignore = () => {};
  process.on("SIGINT", ignore);
  for (const listener of heeded) process.off("SIGINT", listener);
  try {
    return await spawnEditor(commandLine, path);
  } finally {
    for (const listener of heeded) process.once("SIGINT", listener);
    process.off("SIGINT", ignore);
  }
}

function spawnEditor(commandLine: string, path: string): Promise<number> {
  // The path is handed over as an argument, not as text of the command. cmd takes the outer quotes away (`/s`).
  const [file, args] = process.platform === "win32"
    ? ["cmd", ["/d", "/s", "/c", `"${commandLine} "${path}""`]] as const
    : ["sh", ["-c", `${commandLine} "$1"`, "sh", path]] as const;
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: "inherit", windowsVerbatimArguments: true });
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code ?? 1));
  });
}
