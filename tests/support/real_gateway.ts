/**
 * Real OpenClaw gateways for tests, by `scripts/real_gateway.sh`: each with a directory of its own, on a free loopback
 * port, ended with all it started.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { freePort } from "./sockets.ts";

/** One gateway of each generation. */
export const versions = ["2026.3.13", "2026.9.6"] as const;
export type Version = typeof versions[number];

export interface GatewayOptions {
  readonly auth?: "token" | "password" | "none";
  /** Merged into the gateway's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether it takes 127.0.0.1 for a proxy whose forwarded headers it believes. */
  readonly trustsProxy?: boolean;
  /** How long its event loop stops after `block()`. */
  readonly blockMs?: number;
}

export interface RealGateway extends AsyncDisposable {
  readonly version: Version;
  readonly protocol: 3 | 4;
  readonly port: number;
  readonly url: string;
  /** The shared token, or password. */
  readonly secret: string;
  readonly configPath: string;
  /** What it has logged so far. */
  log(): string;
  /** Runs the official command line of the gateway's own version against it. @returns its standard output */
  cli(...args: readonly string[]): Promise<string>;
  /** Stops its event loop for `blockMs` as soon as it has sent the next challenge. */
  block(): void;
  /** Starts it again after `stop`, with all it knew. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const root = resolve(import.meta.dirname ?? ".", "../..");
const run = promisify(execFile);

export async function startRealGateway(version: Version, options: GatewayOptions = {}): Promise<RealGateway> {
  const dir = mkdtempSync(join(tmpdir(), "claw-gateway-"));
  const port = await freePort();
  const secret = `lab-secret-${version}`;
  const script = (...args: string[]) => runScript(args, options);
  let pid: number | undefined;
  const gateway: RealGateway = {
    version,
    protocol: version === "2026.3.13" ? 3 : 4,
    port,
    url: `ws://127.0.0.1:${port}`,
    secret,
    configPath: join(dir, ".openclaw/openclaw.json"),
    cli: (...args) => patiently(async () => (await script("cli", version, dir, ...args)).stdout),
    log: () => readFileSync(join(dir, "gateway.log"), "utf8"),
    block: () => void process.kill(pid ?? 0, "SIGWINCH"),
    async start() {
      await script("start", version, String(port), dir, secret).catch(async (error: unknown) => {
        await script("stop", dir).catch(() => {});
        throw error;
      });
      pid = Number(readFileSync(join(dir, "gateway.pid"), "utf8"));
    },
    async stop() {
      if (pid !== undefined) await script("stop", dir);
      pid = undefined;
    },
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  endWithFile(dir, () => pid);
  await gateway.start();
  return gateway;
}

/** Deno's root hooks do not run when tests are filtered: nothing may outlive its file all the same. */
function endWithFile(dir: string, pidOf: () => number | undefined): void {
  globalThis.addEventListener("unload", () => {
    const pid = pidOf();
    if (pid === undefined) return;
    spawnSync("kill", ["-KILL", "--", `-${pid}`]);
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  });
}

/** The official command line gives up when a busy gateway drops its handshake; nothing was sent by then. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (let attempts = 1;; attempts++) {
    const result = await run().catch((error: unknown) => {
      const isDropped = /gateway closed \((1000|1006)/.test(String((error as { stderr?: string }).stderr));
      if (!isDropped || attempts === 5) throw error;
    });
    if (result !== undefined) return result;
  }
}

function runScript(args: readonly string[], options: GatewayOptions): Promise<{ readonly stdout: string }> {
  return run("bash", [join(root, "scripts/real_gateway.sh"), ...args], { env: environment(options) });
}

function environment({ auth, config, trustsProxy, blockMs }: GatewayOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(auth === undefined ? {} : { CLAW_LAB_AUTH: auth }),
    ...(config === undefined ? {} : { CLAW_LAB_CONFIG: JSON.stringify(config) }),
    ...(trustsProxy === true ? { CLAW_LAB_PROXY: "1" } : {}),
    ...(blockMs === undefined ? {} : {
      CLAW_LAB_PRELOAD: join(root, "scripts/block_event_loop.mjs"),
      CLAW_LAB_ENV: `CLAW_LAB_BLOCK_MS=${blockMs}`,
    }),
  };
}
