/**
 * The runtimes that claw is compiled into, one for each target, and where they come from. Bun would fetch them itself
 * but does not check what it gets, so npm's client fetches the tarball and its SHA-512 must stand in `deno.lock`. The
 * host's own runtime is there already: Deno checked that package against `deno.lock` when it unpacked it, and the `bun`
 * package moved it to where the compiler runs from. Next: `build.ts`.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** claw's name for each target, and the package that carries its runtime. */
export const targets = {
  "linux-x64": "@oven/bun-linux-x64",
  "linux-arm64": "@oven/bun-linux-aarch64",
  "linux-x64-musl": "@oven/bun-linux-x64-musl",
  "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
  "darwin-x64": "@oven/bun-darwin-x64",
  "darwin-arm64": "@oven/bun-darwin-aarch64",
  "windows-x64": "@oven/bun-windows-x64",
  "windows-arm64": "@oven/bun-windows-aarch64",
} as const satisfies Record<string, string>;
export type Target = keyof typeof targets;

/** The compiler, which is also the host's runtime. It has this name on every system. */
export const compiler = "node_modules/bun/bin/bun.exe";

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

/** The target that runs on this machine. @throws Error when there is none */
export function hostTarget(): Target {
  const os = process.platform === "win32" ? "windows" : process.platform;
  // The `bun` package chooses by the same sign.
  const suffix = os === "linux" && existsSync("/etc/alpine-release") ? "-musl" : "";
  const name = `${os}-${process.arch}${suffix}`;
  const found = (Object.keys(targets) as Target[]).find((target) => target === name);
  if (found === undefined) throw new Error(`claw cannot be compiled for ${name}`);
  return found;
}

/**
 * The path of a target's runtime, fetched into `.cache/runtimes` when it is not there yet.
 * @throws Error when the package is not what `deno.lock` says
 */
export function runtimeFor(target: Target, bunVersion: string): string {
  const name = `${targets[target]}@${bunVersion}`;
  const folder = join(".cache", "runtimes", name.replace("/", "+"));
  const executable = join(folder, "package", "bin", target.startsWith("windows") ? "bun.exe" : "bun");
  if (existsSync(executable)) return executable;
  const lock = JSON.parse(readFileSync("deno.lock", "utf8")) as Lock;
  mkdirSync(join(".cache", "runtimes"), { recursive: true });
  const temporary = mkdtempSync(join(".cache", "runtimes", "fetch-"));
  try {
    const tarball = pack(name, temporary);
    checkIntegrity(name, readFileSync(join(temporary, tarball)), lock.npm[name]?.integrity);
    execFileSync("tar", ["-xzf", tarball], { cwd: temporary });
    rmSync(join(temporary, tarball));
    // Whole or not at all: an interrupted build leaves no half a runtime, and of two at once either will do.
    if (!existsSync(executable)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return executable;
}

/** Compares a package's bytes with the `sha512-…` of a lock file. @throws Error when they differ or none is known */
export function checkIntegrity(name: string, bytes: Uint8Array, expected: string | undefined): void {
  if (expected === undefined) throw new Error(`${name} does not stand in deno.lock`);
  const actual = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (actual !== expected) throw new Error(`${name} is not what deno.lock says: ${actual}, expected ${expected}`);
}

/** Downloads a package's tarball from wherever npm is set up for; its name in that folder. */
function pack(name: string, folder: string): string {
  const isWindows = process.platform === "win32"; // There npm is a script, which only a shell can run.
  execFileSync("npm", ["pack", "--silent", name], {
    cwd: folder,
    shell: isWindows,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error(`npm packed nothing for ${name}`);
  return tarball;
}
