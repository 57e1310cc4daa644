import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Explainer, type Explanation, explanationLines } from "../../src/devgateway/explainer.ts";
import type { Members } from "../../src/devgateway/objections.ts";
import { loopbackPeer, type PeerFacts } from "../../src/devgateway/peer.ts";
import { generateKey, type Identity, importIdentity } from "../../src/identity/keypair.ts";
import { realClock } from "../../src/platform/clock.ts";
import { parseJson, proofText } from "../../src/protocol/mod.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { createMemoryGateway, randomIds, testSecret } from "../support/dev_gateway.ts";

/** A client that does what it is told, right or wrong. */
class Client {
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

interface Challenge {
  readonly nonce: string;
  readonly ts: number;
}

interface Lab {
  readonly told: readonly Explanation[];
  /** Rules in the order in which they were broken, with `!` where a gateway refuses. */
  readonly rules: readonly string[];
}

/** What is told of clients that come one after the other. */
async function explain(acts: readonly ((client: Client) => unknown)[], peer: PeerFacts = loopbackPeer): Promise<Lab> {
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

interface Changes {
  readonly params?: Members;
  readonly device?: Members;
  readonly client?: Members;
  /** What is signed. */
  readonly signs?: (text: string, challenge: Challenge) => string;
}

const scopes = ["operator.write", "operator.read"];

/** The params of a right connect, changed. */
async function paramsFor({ device }: Client, { nonce, ts }: Challenge, changes: Changes = {}): Promise<Members> {
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
function connecting(changes: Changes | ((challenge: Challenge, client: Client) => Changes)) {
  return async (client: Client) => {
    const challenge = await client.challenge();
    const chosen = typeof changes === "function" ? changes(challenge, client) : changes;
    client.call("connect", await paramsFor(client, challenge, chosen));
    await client.hear();
  };
}

/** Exchanges two fields of the text that is signed. */
function swapped(one: number, other: number) {
  return (text: string) => {
    const parts = text.split("|");
    [parts[one], parts[other]] = [parts[other] ?? "", parts[one] ?? ""];
    return parts.join("|");
  };
}

describe("Explainer", () => {
  it("has nothing against a right client, and tells what it did", async () => {
    const { told, rules } = await explain([async (client) => {
      await connecting({})(client);
      client.call("wake", { mode: "now", text: "not to be told" });
      await client.hear();
    }]);
    assert.deepEqual(rules, []);
    const [opens, connect, hello, wake] = told.map(({ what }) => what);
    assert.equal(opens, "opens from 127.0.0.1, as no name");
    assert.match(
      connect ?? "",
      /^connect as cli\/cli 1, protocol 3 to 4, role operator, scopes operator\.write operator\.read, presents token, device [0-9a-f]{12}$/,
    );
    assert.equal(hello, "hello-ok, protocol 4, scopes operator.write operator.read, with a device token");
    assert.equal(wake, "wake (mode, text)");
    assert.equal(told.at(-1)?.what, "nothing to object to");
  });

  const wrong: readonly [string, readonly string[], (client: Client) => unknown][] = [
    ["JSON-RPC framing", ["!json-rpc"], async (client) => {
      await client.challenge();
      client.say({ jsonrpc: "2.0", id: 1, method: "connect", params: {} });
      await client.hear().catch(() => {});
    }],
    ["a request without a type", ["!json-rpc"], async (client) => {
      await client.challenge();
      client.say({ id: 1, method: "connect", params: {} });
      await client.hear().catch(() => {});
    }],
    ["a number as id", ["!id"], async (client) => {
      const challenge = await client.challenge();
      client.call("connect", await paramsFor(client, challenge), 1);
      await client.hear().catch(() => {});
    }],
    ["text that is no JSON", ["!not-json"], async (client) => {
      await client.challenge();
      client.say("hello");
      await client.hear().catch(() => {});
    }],
    ["an event from a client", ["!not-a-request", "!not-connect-first"], async (client) => {
      await client.challenge();
      client.say({ type: "event", event: "hello" });
      await client.hear().catch(() => {});
    }],
    ["another call first", ["!not-connect-first"], async (client) => {
      await client.challenge();
      client.call("health", {});
      await client.hear();
    }],
    ["connect before the challenge, unsigned", ["before-challenge", "unsigned-scopes"], async (client) => {
      const { device: _, ...params } = await paramsFor(client, { nonce: "", ts: 0 });
      client.call("connect", params);
      await client.challenge();
      await client.hear();
    }],
    [
      "connect before the challenge, signed",
      ["!before-challenge", "!nonce-foreign", "!signed-at-clock"],
      async (client) => {
        client.call("connect", await paramsFor(client, { nonce: "made up", ts: Date.now() - 600_000 }));
        await client.challenge();
        await client.hear();
      },
    ],
    ["calls before hello-ok", ["!before-hello"], async (client) => {
      client.call("connect", await paramsFor(client, await client.challenge()));
      client.call("health", {});
      await client.hear();
    }],
    ["connect twice", ["!connect-twice"], async (client) => {
      await connecting({})(client);
      client.call("connect", {});
      await client.hear();
    }],
    ["protocol 1", ["!protocol-range"], connecting({ params: { minProtocol: 1, maxProtocol: 1 } })],
    ["protocol 4 alone", ["one-generation"], connecting({ params: { minProtocol: 4 } })],
    ["scopes without a device", ["unsigned-scopes"], connecting({ params: { device: undefined } })],
    [
      "the nonce in params",
      ["!nonce-place", "!nonce-missing"],
      connecting(({ nonce }) => ({ params: { nonce }, device: { nonce: "" }, signs: (text) => text })),
    ],
    ["a nonce of its own", ["!nonce-foreign"], connecting({ device: { nonce: "5f0c" } })],
    ["its own clock", ["signed-at-clock"], connecting(({ ts }) => ({ device: { signedAt: ts - 1_234 } }))],
    ["its own clock, far off", ["!signed-at-clock"], connecting(({ ts }) => ({ device: { signedAt: ts + 125_000 } }))],
    ["seconds", ["!signed-at-unit"], connecting(({ ts }) => ({ device: { signedAt: Math.floor(ts / 1_000) } }))],
    ["unsigned scopes", ["!signed-text"], connecting({ signs: (text) => text.replace(scopes.join(","), "") })],
    ["another order", ["!signed-text"], connecting({ signs: swapped(2, 8) })],
    ["version 2", ["signature-version"], connecting({ signs: (text) => text.slice(0, -7).replace("v3", "v2") })],
    ["a text of its own", ["!signed-text"], connecting({ signs: () => "please" })],
    ["a padded key", ["padding"], connecting((_, { device }) => ({ device: { publicKey: `${device.publicKey}=` } }))],
    [
      "another's id",
      ["!device-id", "!signed-text"],
      connecting({ device: { id: "0".repeat(64) }, signs: swapped(1, 1) }),
    ],
    [
      "a key in hex",
      ["!key-encoding"],
      connecting((_, { device }) => ({
        device: { publicKey: Uint8Array.fromBase64(device.publicKey, { alphabet: "base64url" }).toHex() },
      })),
    ],
  ];
  for (const [what, expected, act] of wrong) {
    it(`objects to ${what}`, async () => {
      assert.deepEqual((await explain([act])).rules, expected);
    });
  }

  it("names the mistake in what was signed", async () => {
    const cases: readonly [(text: string, challenge: Challenge) => string, RegExp][] = [
      [(text) => text.replace(scopes.join(","), ""), /does not cover the scopes/],
      [(text) => text.replace(scopes.join(","), [...scopes].sort().join(",")), /sorted/],
      [(text) => text.replace(testSecret, ""), /does not cover the token/],
      [swapped(7, 8), /the 8th and the 9th are exchanged/],
      [(text) => text.replaceAll("|", ":"), /joins its fields with ":"/],
      [(text) => text.split("|").slice(0, 8).join("|").replace("v3", "v1"), /version 1, which has no nonce/],
      [(_, { nonce }) => nonce, /nonce alone/],
      [(text) => text.split("|").slice(1).join("|"), /leaves out the version/],
    ];
    for (const [signs, says] of cases) {
      const { told } = await explain([connecting({ signs })]);
      assert.match(told.flatMap(({ objections }) => objections.map((one) => one.says)).join("\n"), says);
    }
  });

  it("knows the nonce of an earlier connection", async () => {
    let before = "";
    const { rules } = await explain([
      async (client) => {
        before = (await client.challenge()).nonce;
        client.say("bye");
      },
      connecting(() => ({ device: { nonce: before } })),
    ]);
    assert.deepEqual(rules, ["!not-json", "!nonce-earlier"]);
  });

  it("counts connections apart that close at once without a word", async () => {
    const { told, rules } = await explain([() => {}, () => {}, connecting({})]);
    assert.deepEqual(rules, []);
    const [first, second] = told.filter(({ from }) => from === "summary").map(({ what }) => what);
    assert.match(first ?? "", /a probe or a helper, not a client \(1 so far\)/);
    assert.match(second ?? "", /\(2 so far\)/);
    assert.deepEqual(told.filter(({ connection }) => connection < 3).length, 2);
  });

  it("objects to an Origin header", async () => {
    const { rules } = await explain([connecting({})], { ...loopbackPeer, origin: "http://example.org" });
    assert.deepEqual(rules, ["origin"]);
  });

  it("shows no secret, wherever it stands", async () => {
    const password = "correct horse battery";
    const { told } = await explain([
      connecting({ params: { auth: { token: testSecret, password, deviceToken: "device-token-1" } } }),
      connecting({ client: { id: password, version: testSecret }, params: { auth: password } }),
      async (client) => {
        await client.challenge();
        client.call(testSecret, { [testSecret]: 1, token: "x" });
        await client.hear();
      },
    ]);
    const text = `${told.flatMap(explanationLines).join("\n")}${JSON.stringify(told)}`;
    for (const secret of [testSecret, password, "device-token-1"]) assert.ok(!text.includes(secret), secret);
  });
});

describe("explanationLines()", () => {
  it("puts each objection below its frame, and the advice last", () => {
    const objections = [
      { rule: "padding", isRefused: false, says: "one" },
      { rule: "json-rpc", isRefused: true, says: "two" },
    ] as const;
    const lines = explanationLines({
      connection: 3,
      ms: 12,
      from: "client",
      what: "connect",
      objections,
      advice: "do",
    });
    assert.deepEqual(lines, [
      "#3     12 ms  client   connect",
      "    odd (padding): one",
      "    wrong (json-rpc): two",
      "    advice: do",
    ]);
  });
});
