/**
 * A home with contexts, by their names: gateways that work, one that nobody listens at, one that wants another token.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { type GatewayChoices, openSocketGateway, type SocketGateway } from "./dev_gateway.ts";
import { freePort } from "./sockets.ts";
import { createTestHome, type RunResult, type WorldChoices } from "./world.ts";

export interface ContextsStage extends AsyncDisposable {
  /** Two that work, with tokens of their own. */
  readonly home: SocketGateway;
  readonly lab: SocketGateway;
  /** The home directory. */
  readonly path: string;
  /** Adds a context, or changes it. */
  context(name: string, settings: Readonly<Record<string, unknown>>): void;
  /** The contexts `gone`, where nothing listens, and `wrong`, whose gateway refuses its token. */
  addBroken(): Promise<void>;
  claw(args: readonly string[], choices?: WorldChoices): Promise<RunResult>;
  /** What came to a gateway, in order. */
  texts(gateway: SocketGateway): readonly unknown[];
}

/** With the contexts `home` and `lab`. */
export async function openContextsStage(choices: GatewayChoices = {}): Promise<ContextsStage> {
  const home = await openSocketGateway({ ...choices, auth: { mode: "token", secret: "the-secret-of-home" } });
  const lab = await openSocketGateway({ ...choices, auth: { mode: "token", secret: "the-secret-of-lab" } });
  let other: SocketGateway | undefined;
  const house = createTestHome();
  const directory = `${house.path}/.config/claw/contexts`;
  mkdirSync(directory, { recursive: true });
  const context = (name: string, settings: Readonly<Record<string, unknown>>) =>
    writeFileSync(`${directory}/${name}.json5`, JSON.stringify(settings), { mode: 0o600 });
  context("home", { url: home.url, token: home.secret });
  context("lab", { url: lab.url, token: lab.secret });
  return {
    home,
    lab,
    path: house.path,
    context,
    async addBroken() {
      context("gone", { url: `ws://127.0.0.1:${await freePort()}`, token: "nobody-asks-for-it" });
      other ??= await openSocketGateway({ ...choices, auth: { mode: "token", secret: "the-secret-of-another" } });
      context("wrong", { url: other.url, token: "not-the-token-of-another" });
    },
    claw: (args, others) => house.claw(args, others),
    texts: ({ gateway }) => gateway.memory.wakes.map(({ text }) => text),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
      await other?.[Symbol.asyncDispose]();
      house[Symbol.dispose]();
    },
  };
}
