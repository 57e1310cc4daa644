/**
 * A dev gateway that asks a person about everybody, and a claw that asks to be let in: for tests of `claw device pair`.
 * Both go by one clock that hurries, so that minutes of waiting pass in no time.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PendingPairing } from "../../src/devgateway/pairings.ts";
import { createFastClock } from "./clock.ts";
import { openSocketGateway, type SocketGateway } from "./dev_gateway.ts";
import { eventually } from "./eventually.ts";
import { createTestHome, type RunResult, type TestHome, type WorldChoices } from "./world.ts";

export interface PairStage extends AsyncDisposable {
  readonly gateway: SocketGateway;
  readonly pairings: SocketGateway["gateway"]["memory"]["pairings"];
  readonly home: TestHome;
  /** Runs `claw device pair …`. */
  pair(args?: readonly string[], choices?: WorldChoices): Promise<RunResult>;
  /** The same, once it says that it waits. `request`: what waits then. */
  startPair(args?: readonly string[], choices?: WorldChoices): Promise<{
    readonly request: PendingPairing;
    readonly run: Promise<RunResult>;
  }>;
  /** How often somebody tried to connect so far. */
  attempts(): number;
  /** The stored token, or undefined. */
  token(): { readonly token: string; readonly scopes: readonly string[] } | undefined;
  /** All stored tokens. */
  tokens(): readonly string[];
  /** The file of the first of them. */
  tokenName(): string;
}

/** Lets the stage's device in with these scopes. */
export async function letIn(stage: PairStage, scopes: string, env: Readonly<Record<string, string>> = {}) {
  const { request, run } = await stage.startPair(["--scopes", scopes], { env });
  stage.pairings.approve(request.requestId, "owner");
  const { exit, stderr } = await run;
  if (exit !== 0) throw new Error(`not let in: ${stderr}`);
}

const factor = 100;

export async function openPairStage(protocol: 3 | 4, pairing: "auto" | "manual" = "manual"): Promise<PairStage> {
  const clock = createFastClock(factor);
  const gateway = await openSocketGateway({ protocol, pairing, clock, handshakeTimeoutMs: 600_000 });
  const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, CLAW_TIMEOUT: "10m" });
  const { pairings } = gateway.gateway.memory;
  const pair = (args: readonly string[] = [], choices: WorldChoices = {}) =>
    home.claw(["device", "pair", ...args], { clock, ...choices });
  const attempts = () => gateway.log.filter(({ event }) => /^closed|^hello-ok/.test(event)).length;
  return {
    gateway,
    pairings,
    home,
    pair,
    attempts,
    async startPair(args = [], choices = {}) {
      let said = "";
      const run = pair(["--wait", ...args], { ...choices, onStderr: (text) => said += text });
      const ended = run.then(({ exit, stderr }) => said += `ended ${exit} without waiting: ${stderr} waiting for a`);
      await Promise.race([ended, eventually(() => said.includes("waiting for a") || undefined, "claw waits")]);
      const [request] = pairings.pending();
      if (request === undefined) throw new Error(`nothing waits: ${said}`);
      return { request, run };
    },
    token: () => tokenNames(home).map((name) => readToken(home, name))[0],
    tokens: () => tokenNames(home).map((name) => readToken(home, name).token),
    tokenName: () => tokenNames(home)[0] ?? "",
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

function tokenNames({ path }: TestHome): readonly string[] {
  return readdirSync(join(path, tokenFolder)).filter((file) => file.endsWith(".json"));
}

function readToken({ path }: TestHome, name: string) {
  return JSON.parse(readFileSync(join(path, tokenFolder, name), "utf8"));
}

const tokenFolder = ".local/state/claw/tokens";
