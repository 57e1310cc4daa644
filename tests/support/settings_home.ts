/**
 * A throwaway home directory with whatever configuration a test describes, and the settings that come out of it. Plain
 * objects are written as JSON; text is written as it is.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ClawError } from "../../src/errors.ts";
import type { CommandResult } from "../../src/platform/world.ts";
import type { ToolCall } from "../../src/settings/keychain.ts";
import { resolveSettings, type Settings } from "../../src/settings/resolve.ts";

/** What a test says about a machine. `~` in flags and environment stands for the home directory. */
export interface Scene {
  readonly flags?: Readonly<Record<string, string | boolean>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Content of claw's `config.json5`. */
  readonly claw?: unknown;
  /** Content of `~/.openclaw/openclaw.json`. */
  readonly openclaw?: unknown;
  /** Other files, by their path below the home directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly runShell?: (commandLine: string, signal: AbortSignal) => Promise<CommandResult>;
  readonly runTool?: (call: ToolCall, signal: AbortSignal) => Promise<CommandResult>;
  readonly isThorough?: boolean;
}

/** Runs with a fresh home directory that is removed afterwards. */
export async function withHome<T>(use: (home: string) => T | Promise<T>): Promise<T> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "claw-home-"));
  try {
    return await use(home);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Writes a file below `home`, private as a careful person's. @returns its path */
export function writeFile(home: string, name: string, content: unknown): string {
  const file = path.join(home, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });
  return file;
}

/** The settings of a scene. */
export async function settingsOf(scene: Scene): Promise<Settings> {
  return await withHome((home) => settingsIn(home, scene));
}

/** The settings of a scene in a home directory that the test looks after. */
export async function settingsIn(home: string, scene: Scene): Promise<Settings> {
  for (const [name, content] of Object.entries(scene.files ?? {})) writeFile(home, name, content);
  if (scene.claw !== undefined) writeFile(home, ".config/claw/config.json5", scene.claw);
  if (scene.openclaw !== undefined) writeFile(home, ".openclaw/openclaw.json", scene.openclaw);
  const here = <T>(value: T) => typeof value === "string" ? value.replace(/^~/, home) : value;
  const all = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, here(value)]));
  return await resolveSettings({
    flags: all(scene.flags ?? {}),
    env: all({ HOME: "~", ...scene.env }),
    os: "linux",
    userId: process.getuid?.(),
    directories: { config: path.join(home, ".config/claw") },
    readStdin: () => Promise.resolve(scene.stdin ?? ""),
    runShell: scene.runShell ?? (() => Promise.reject(new Error("no command was expected"))),
    runTool: scene.runTool ?? (() => Promise.reject(new Error("no tool was expected"))),
    signal: new AbortController().signal,
    isThorough: scene.isThorough ?? false,
  });
}

/** The error of a scene that cannot be resolved. */
export async function failureOf(scene: Scene): Promise<ClawError> {
  const error = await settingsOf(scene).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, `it should have been refused: ${error}`);
  return error;
}

/** The secret that was chosen, as `token abc`. */
export async function secretOf({ secret }: Settings): Promise<string | undefined> {
  return secret && `${secret.kind} ${(await secret.read()).reveal()}`;
}
