/**
 * Wrong clients for the account that `claw gateway dev --explain` gives, each wrong in one way, and what is told of them.
 */
import { Explainer, type Explanation } from "../../src/devgateway/explainer.ts";
import type { Members } from "../../src/devgateway/objections.ts";
import { loopbackPeer, type PeerFacts } from "../../src/devgateway/peer.ts";
import { generateKey, type Identity, importIdentity } from "../../src/identity/keypair.ts";
import { realClock } from "../../src/platform/clock.ts";
import { parseJson, proofText } from "../../src/protocol/mod.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { createMemoryGateway, randomIds, testSecret } from "./dev_gateway.ts";

/** A client that does what it is told, right or wrong. */
export class Client {
  readonly device: Identity;
  readonly #transport: Transport;

  constructor(transport: Transport, device: Identity) {
    this.#transport = transport;
    this.device = device;
  }

  say(value: unknown): void {
    this.#transport.send(typeof value === "string" ? value : JSON.stringify(value));
  }

  call(method: string, params: unknown, id: unknown = method): void {
    this.say({ type: "req", id, method, params });
  }

  // deno-lint-ignore no-explicit-any -- frames of every kind
  async hear(): Promise<any> {
    return parseJson(String(await this.#transport.receive()));
  }

  async challenge(): Promise<Challenge> {
    return (await this.hear()).payload;
  }

  close(code = 1000): void {
    this.#transport.close(code);
  }
}

/** What they are to sign. */
export interface Challenge {
  readonly nonce: string;
  readonly ts: number;
}

/** What was told. */
export interface Lab {
  readonly told: readonly Explanation[];
  /** Rules in the order in which they were broken, with `!` where a gateway refuses. */
  readonly rules: readonly string[];
}

/** What is told of clients that come one after the other. */
export async function explain(
  acts: readonly ((client: Client) => unknown)[],
  peer: PeerFacts = loopbackPeer,
): Promise<Lab> {
  const told: Explanation[] = [];
  const options = { clock: realClock, ids: randomIds, secret: testSecret };
  const explainer = new Explainer({ ...options, tell: (explanation) => void told.push(explanation) });
  await using memory = createMemoryGateway();
  // The gateway's log goes to whoever made it: what is told of it here stands in `tests/commands/gateway`.
  const host = explainer.explain(memory.gateway);
  for (const act of acts) {
    const [far, near] = createTransportPair();
    const client = new Client(far, await importIdentity(await generateKey()));
    const served = host.accept(near, peer);
    await act(client);
    client.close();
    await served;
  }
  const rules = told.flatMap(({ objections }) =>
    objections.map(({ rule, isRefused }) => isRefused ? `!${rule}` : rule)
  );
  return { told, rules };
}

/** What is wrong with a connect. */
export interface Changes {
  readonly params?: Members;
  readonly device?: Members;
  readonly client?: Members;
  /** What is signed. */
  readonly signs?: (text: string, challenge: Challenge) => string;
}

/** What these clients ask for, in an order of their own. */
export const scopes = ["operator.write", "operator.read"];

/** The params of a right connect, changed. */
export async function paramsFor({ device }: Client, { nonce, ts }: Challenge, changes: Changes = {}): Promise<Members> {
  const { deviceId: id, publicKey } = device;
  const client = { id: "cli", mode: "cli", version: "1", platform: "linux", ...changes.client };
  const claimed = { id, publicKey, signedAt: ts, nonce, ...changes.device };
  const names = { clientId: "cli", clientMode: "cli", role: "operator", scopes, token: testSecret, ...client };
  const right = proofText({ ...names, deviceId: id, signedAt: claimed.signedAt, nonce: claimed.nonce });
  const signature = await device.sign(changes.signs?.(right, { nonce, ts }) ?? right);
  return {
    minProtocol: 3,
    maxProtocol: 4,
    client,
    role: "operator",
    scopes,
    auth: { token: testSecret },
    device: { signature, ...claimed },
    ...changes.params,
  };
}

/** A client that connects so, and waits for the answer. */
export function connecting(changes: Changes | ((challenge: Challenge, client: Client) => Changes)) {
  return async (client: Client) => {
    const challenge = await client.challenge();
    const chosen = typeof changes === "function" ? changes(challenge, client) : changes;
    client.call("connect", await paramsFor(client, challenge, chosen));
    await client.hear();
  };
}

/** Exchanges two fields of the text that is signed. */
export function swapped(one: number, other: number) {
  return (text: string) => {
    const parts = text.split("|");
    [parts[one], parts[other]] = [parts[other] ?? "", parts[one] ?? ""];
    return parts.join("|");
  };
}
