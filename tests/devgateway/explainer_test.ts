import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Explanation, explanationLines } from "../../src/devgateway/explainer.ts";
import { loopbackPeer } from "../../src/devgateway/peer.ts";
import { openSocketGateway, testSecret } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { connecting, explain } from "../support/explained.ts";

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

  it("blames no client for what a fault does", async () => {
    const told: Explanation[] = [];
    const explain = (line: Explanation) => void told.push(line);
    await using gateway = await openSocketGateway({ faults: ["reset-before-challenge"], explain });
    const socket = new WebSocket(gateway.url);
    await new Promise((resolve) => (socket.onclose = resolve));
    const ends = await eventually(() => told.find(({ from }) => from === "summary"), "the end of the account");
    assert.equal(ends.what, "ends with 1006, by the client or a fault");
    assert.deepEqual(told.flatMap(({ objections }) => objections), []);
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
