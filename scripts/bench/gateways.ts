/** The gateways that the measurements talk to: the embedded one as a process of its own, and a real one from npm. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

/** A running gateway, ended by disposing of it. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

const script = "scripts/real_gateway.sh";

/** Starts `claw gateway dev` on a free port. @throws Error when it does not say where it listens */
export async function startDevGateway(claw: string): Promise<RunningGateway> {
  const token = "token-for-measurements";
  const child = spawn(claw, ["gateway", "dev", "--port", "0", "--json"], {
    env: { ...process.env, CLAW_TOKEN: token },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`claw gateway dev ended with ${code}`))),
  ]);
  const { data } = JSON.parse(line) as { readonly data?: { readonly url: string } };
  if (data === undefined) throw new Error(`claw gateway dev says: ${line}`);
  // Its log goes on; unread, it would fill the pipe and stop the gateway.
  lines.resume();
  return {
    url: data.url,
    token,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Starts a real gateway in a folder of its own, installing it first when need be. @throws Error with its last words */
export async function startRealGateway(version: string, folder: string): Promise<RunningGateway> {
  const token = "token-for-measurements";
  const port = await freePort();
  execFileSync(script, ["start", version, String(port), folder, token], { stdio: ["ignore", "ignore", "inherit"] });
  return {
    url: `ws://127.0.0.1:${port}`,
    token,
    [Symbol.asyncDispose]() {
      execFileSync(script, ["stop", folder], { stdio: "ignore" });
      return Promise.resolve();
    },
  };
}

/** The official CLI against such a gateway. */
export function officialCli(version: string, folder: string, ...args: string[]): readonly string[] {
  return [script, "cli", version, folder, ...args];
}

/** The Node that the real gateways run on. @throws Error when none of them was installed yet */
export function labNode(): string {
  const cache = process.env["CLAW_LAB_CACHE"] ?? `${process.env["HOME"]}/.cache/claw-lab`;
  const folder = process.env["CLAW_LAB_NODE"] ?? `${cache}/node24/node_modules/node/bin`;
  return `${folder}/node`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}
