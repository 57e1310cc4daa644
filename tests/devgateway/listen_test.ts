import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DevGateway } from "../../src/devgateway/gateway.ts";
import { listen } from "../../src/devgateway/listen.ts";
import { realClock } from "../../src/platform/clock.ts";
import { probe } from "../support/probing_client.ts";
import { openSocketGateway, randomIds, testSecret } from "../support/dev_gateway.ts";

const client = { id: "cli", mode: "cli", version: "1", platform: "linux" };
const connect = { minProtocol: 3, maxProtocol: 4, client, scopes: ["operator.write"], auth: { token: "$secret" } };

function createGateway(): DevGateway {
  const auth = { mode: "token", secret: testSecret } as const;
  return new DevGateway({ protocol: 4, auth, pairing: "auto", clock: realClock, ids: randomIds });
}

describe("listen() over real sockets", () => {
  test("takes a client through the handshake and a wake", async () => {
    await using gateway = await openSocketGateway();
    const wake = ["wake", { mode: "next-heartbeat", text: "x" }] as const;
    assert.deepEqual(await probe(gateway.url, gateway.secret, { connect, proof: "good", calls: [wake] }), [
      "hello 4 token [operator.write] token",
      "res r0 ok true",
    ]);
  });

  test("closes with the codes of a gateway, which a client could not use", async () => {
    await using gateway = await openSocketGateway();
    const close = async (script: object) =>
      await probe(gateway.url, gateway.secret, { connect, calls: [{ frame: {} }], ...script });
    assert.deepEqual(await close({ opening: "[]" }), ["close 1008"]);
    assert.deepEqual(await close({ opening: "x".repeat(70_000) }), ["close 1009"]);
    const tooNew = { connect: { ...connect, minProtocol: 9, maxProtocol: 9 } };
    assert.deepEqual(await close(tooNew), ["res c INVALID_REQUEST PROTOCOL_MISMATCH", "close 1002"]);
  });

  test("tells the log how a session ended", async () => {
    const gateway = await openSocketGateway();
    await probe(gateway.url, gateway.secret, { connect, opening: "[]", calls: [] });
    await gateway[Symbol.asyncDispose]();
    assert.equal(gateway.log.at(-1)?.facts?.["code"], 1008);
  });
});

describe("listen() answers plain HTTP", () => {
  test("with the health probes of a gateway, and 426 otherwise", async () => {
    await using gateway = await openSocketGateway();
    const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers });
    assert.deepEqual(await (await get("/healthz")).json(), { ok: true, status: "live" });
    assert.equal((await (await get("/readyz")).json() as { ready: boolean }).ready, true);
    const plain = await get("/");
    assert.equal(plain.status, 426);
    await plain.body?.cancel();
  });
});

describe("listen() refuses", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.test", ""]) {
    test(`to listen on ${JSON.stringify(host)}`, async () => {
      await assert.rejects(listen(createGateway(), { port: 0, host }), { code: "config/invalid" });
    });
  }

  test("a port that is taken", async () => {
    await using gateway = await openSocketGateway();
    await assert.rejects(listen(createGateway(), { port: gateway.port }), { code: "config/invalid" });
  });
});

test("close() frees the port and ends the sessions with 1012", async () => {
  const gateway = await openSocketGateway();
  const socket = new WebSocket(gateway.url);
  const closed = new Promise<number>((resolve) => (socket.onclose = ({ code }) => resolve(code)));
  await new Promise((resolve) => (socket.onmessage = resolve));
  await gateway[Symbol.asyncDispose]();
  assert.equal(await closed, 1012);
  const again = await listen(createGateway(), { port: gateway.port });
  await again.close();
});
