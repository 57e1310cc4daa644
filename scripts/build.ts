/**
 * Compiles claw: for this machine into `dist/claw`, or with `--all` for every target, with checksums. What may go into
 * the binary is what `layers.ts` allows the product to import; tests' packages cannot slip in.
 *
 *     deno task build [--all] [--target NAME] [--entry FILE] [--outfile PATH]
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { version } from "../src/version.ts";
import { rooms } from "./layers.ts";
import { checkSignature, signAdhoc } from "./macho_sign.ts";
import { compiler, hostTarget, runtimeFor, type Target, targets } from "./runtimes.ts";

/** What to compile, and where to. */
export interface Compilation {
  readonly entry: string;
  readonly outfile: string;
  /** Left out: this machine's own, on the compiler's own runtime. */
  readonly target?: Target;
}

/** What came of it. */
export interface Compiled {
  readonly bytes: number;
  readonly wallMs: number;
  /** Names of the npm packages whose code is in it. */
  readonly packages: readonly string[];
}

/**
 * `--bytecode` and the JIT policy halve the start-up time. `--splitting` keeps what is imported lazily out of it: in one
 * piece, the built-in modules that commander and completion need (assert, child_process, events) would load at every
 * start, 3 ms of processor time. The two switches against autoloading are for safety: without
 * them the program would run the `preload` of a `bunfig.toml`, and take variables from a `.env`, in whatever directory
 * it is started.
 */
const flags = [
  "--compile",
  "--minify",
  "--bytecode",
  "--splitting",
  "--format=esm",
  "--compile-jit-policy=8",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

/** Compiles one program for one target. @throws Error when the compiler fails or a darwin signature does not hold */
export function compile({ entry, outfile, target }: Compilation): Compiled {
  const startedMs = performance.now();
  const runtime = target === undefined ? compiler : runtimeFor(target, bunVersion());
  const temporary = mkdtempSync(join(tmpdir(), "claw-build-"));
  const metafile = join(temporary, "meta.json");
  mkdirSync(dirname(outfile), { recursive: true });
  try {
    execFileSync(compiler, [
      "build",
      entry,
      ...flags,
      `--target=bun-${target ?? hostTarget()}`,
      `--compile-executable-path=${runtime}`,
      `--metafile=${metafile}`,
      `--outfile=${outfile}`,
    ], { stdio: ["ignore", "ignore", "inherit"] });
    if (target?.startsWith("darwin")) sign(outfile);
    const packages = packagesIn(readFileSync(metafile, "utf8"));
    return { bytes: statSync(outfile).size, wallMs: performance.now() - startedMs, packages };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The npm packages among the inputs of a bundle, sorted. @param metafile JSON as Bun and esbuild write it */
export function packagesIn(metafile: string): readonly string[] {
  const { inputs } = JSON.parse(metafile) as { readonly inputs: Readonly<Record<string, unknown>> };
  // The last folder counts: node_modules/.deno/zod@4.6.7/node_modules/zod/…
  const names = Object.keys(inputs).map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

/** Packages that the product's rooms may import. */
export function productPackages(): readonly string[] {
  const specifiers = rooms.flatMap(({ packages }) => packages ?? []).map(({ specifier }) => specifier);
  const names = specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  return [...new Set(names)].filter((name) => !name.startsWith("node:")).sort();
}

/** These packages and all that they depend on themselves, as the lock file has it. */
export function withDependencies(names: readonly string[], lock: LockFile): readonly string[] {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const entries = Object.entries(lock.npm).filter(([key]) => withoutVersion(key) === name);
    for (const [, { dependencies = [] }] of entries) waiting.push(...dependencies.map(withoutVersion));
  }
  return [...found].sort();
}

/** What is read of `deno.lock`. */
export interface LockFile {
  readonly npm: Readonly<Record<string, { readonly dependencies?: readonly string[] }>>;
}

function withoutVersion(dependency: string): string {
  return dependency.replace(/(?<=.)@.*$/, "");
}

/** The file name of a target's binary. */
export function binaryName(target: Target): string {
  return `claw-${target}${target.startsWith("windows") ? ".exe" : ""}`;
}

/** @throws Error unless `deno.json` and `src/version.ts` name the same version */
export function checkVersions(denoVersion: string, sourceVersion: string): void {
  if (denoVersion === sourceVersion) return;
  throw new Error(`deno.json says version ${denoVersion}, src/version.ts says ${sourceVersion}`);
}

function sign(path: string): void {
  writeFileSync(path, signAdhoc(readFileSync(path), "claw"), { mode: 0o755 });
  const { badPages, coversFile } = checkSignature(readFileSync(path));
  if (badPages > 0 || !coversFile) throw new Error(`the signature of ${path} does not hold`);
}

function readDenoJson(): { readonly version: string; readonly imports: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync("deno.json", "utf8"));
}

function bunVersion(): string {
  return readDenoJson().imports["bun"]?.split("@").at(-1) ?? "";
}

function buildOne(compilation: Compilation): void {
  const { bytes, wallMs, packages } = compile(compilation);
  const lock: LockFile = JSON.parse(readFileSync("deno.lock", "utf8"));
  const allowed = withDependencies(productPackages(), lock);
  const strangers = packages.filter((name) => !allowed.includes(name));
  if (strangers.length > 0) throw new Error(`${compilation.outfile} contains ${strangers.join(", ")}`);
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${compilation.outfile.padEnd(32)} ${size.padStart(9)}   built in ${(wallMs / 1000).toFixed(1)} s`);
}

function buildAll(entry: string): void {
  const names = Object.keys(targets) as Target[];
  for (const target of names) buildOne({ entry, outfile: join("dist", binaryName(target)), target });
  const sums = names.map(binaryName).toSorted().map((name) =>
    `${createHash("sha256").update(readFileSync(join("dist", name))).digest("hex")}  ${name}\n`
  );
  writeFileSync(join("dist", "SHA256SUMS"), sums.join(""));
}

/** Median time of a few starts, in ms. */
function startUpMs(binary: string): number {
  const times = Array.from({ length: 11 }, () => {
    const startedMs = performance.now();
    execFileSync(binary, ["--version"], { stdio: "ignore" });
    return performance.now() - startedMs;
  });
  return times.toSorted((a, b) => a - b)[5] ?? NaN;
}

function main(args: string[]): void {
  const { values } = parseArgs({
    args,
    options: {
      all: { type: "boolean", default: false },
      target: { type: "string" },
      entry: { type: "string", default: "main.ts" },
      outfile: { type: "string" },
    },
  });
  checkVersions(readDenoJson().version, version);
  if (values.all) return buildAll(values.entry);
  const target = (Object.keys(targets) as Target[]).find((name) => name === values.target);
  if (values.target !== undefined && target === undefined) {
    throw new Error(`no such target: ${values.target}; there are ${Object.keys(targets).join(", ")}`);
  }
  const own = target ?? hostTarget();
  const outfile = values.outfile ??
    join("dist", target === undefined ? `claw${own.startsWith("windows") ? ".exe" : ""}` : binaryName(own));
  buildOne({ entry: values.entry, outfile, ...(target === undefined ? {} : { target }) });
  if (target !== undefined) return;
  console.log(`${basename(outfile)} --version: ${startUpMs(outfile).toFixed(1)} ms from start to end (median of 11)`);
}

if (import.meta.main) main(process.argv.slice(2));
