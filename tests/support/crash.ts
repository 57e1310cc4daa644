/**
 * Runs the program, from its sources, in a process that is killed at its N-th change of the file system: for showing
 * that no moment of sudden death loses a key or a token. Nothing of the program itself is changed: `node:fs` is.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface MortalRun {
  /** Whether it was killed; else it came to its end before that many changes. */
  readonly isDead: boolean;
  readonly exit: number | undefined;
  readonly output: string;
}

/** Where such processes run. */
export interface CrashSite {
  /** Runs a command line with this home until its `crashAt`-th change; 0 lets it live. */
  run(
    args: readonly string[],
    home: string,
    crashAt: number,
    env?: Readonly<Record<string, string>>,
  ): Promise<MortalRun>;
  [Symbol.dispose](): void;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const isBun = process.versions["bun"] !== undefined;

export function createCrashSite(): CrashSite {
  const folder = mkdtempSync(join(tmpdir(), "claw-crash-"));
  const words = isBun ? ["--preload", beside("crash_preload.ts")] : denoWords(folder);
  return {
    run: (args, home, crashAt, env = {}) =>
      start([...words, join(root, "main.ts"), ...args], {
        ...surroundings(home),
        ...env,
        CLAW_CRASH_AT: String(crashAt),
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** This process's own, for what the runtime keeps at home; claw and OpenClaw are at home elsewhere. */
function surroundings(home: string): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(CLAW|OPENCLAW)_/.test(name));
  return {
    ...Object.fromEntries(own) as Record<string, string>,
    CLAW_CONFIG_DIR: join(home, ".config/claw"),
    CLAW_STATE_DIR: join(home, ".local/state/claw"),
    OPENCLAW_STATE_DIR: join(home, ".openclaw"),
    OPENCLAW_CONFIG_PATH: join(home, ".openclaw/openclaw.json"),
  };
}

function start(words: readonly string[], env: Record<string, string>): Promise<MortalRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => output += text);
    child.once("error", reject);
    child.once("close", (exit, signal) => resolve({ isDead: signal === "SIGKILL", exit: exit ?? undefined, output }));
  });
}

/** An import map in which `node:fs` is the mortal one, for all but that one itself. */
function denoWords(folder: string): readonly string[] {
  const { imports } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as { imports: Record<string, string> };
  // A bare import map, unlike `deno.json`, names the parts of a package apart.
  const parts = Object.entries(imports).map(([name, from]) => [`${name}/`, `${from.replace("npm:", "npm:/")}/`]);
  const mortal = pathToFileURL(beside("crash_fs.ts")).href;
  const map = join(folder, "import_map.json");
  writeFileSync(
    map,
    JSON.stringify({
      imports: { ...imports, ...Object.fromEntries(parts), "node:fs": mortal },
      scopes: { [mortal]: { "node:fs": "node:fs" } },
    }),
  );
  return ["run", "-A", "--no-check", "--quiet", "--import-map", map];
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
