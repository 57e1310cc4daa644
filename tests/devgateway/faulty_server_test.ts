import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { faultNames, faultOf } from "../../src/devgateway/faults.ts";
import { selfSigned } from "../support/certificate.ts";
import { openSocketGateway, type SocketGateway } from "../support/dev_gateway.ts";
import { openOperator, type Operator } from "../support/operator.ts";

const upgradeRequest = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

interface Raw {
  readonly socket: Socket;
  /** All bytes so far, one character each. */
  text(): string;
  /** How many pieces they came in. */
  readonly pieces: number;
  /** `end` for a FIN, else the error's code. */
  readonly over: Promise<string>;
}

/** A client that knows TCP alone. */
function openRaw(port: number, says = upgradeRequest): Raw {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  let pieces = 0;
  socket.setNoDelay(true).write(says);
  socket.on("data", (bytes) => {
    heard += (bytes as Buffer).toString("latin1");
    pieces += 1;
  });
  const over = new Promise<string>((resolve) => {
    socket.on("error", (error: Error & { code?: string }) => resolve(error.code ?? ""));
    socket.on("end", () => resolve("end"));
  });
  return {
    socket,
    text: () => heard,
    get pieces() {
      return pieces;
    },
    over,
  };
}

/** What the fault leaves of a client that asks for the upgrade and then says nothing. */
async function meet(fault: string): Promise<{ readonly heard: string; readonly over: string }> {
  await using gateway = await openSocketGateway({ faults: [fault] });
  const raw = openRaw(gateway.port);
  const over = await raw.over;
  raw.socket.destroy();
  return { heard: raw.text(), over };
}

describe("startFaultyServer()", () => {
  it("answers the upgrade as RFC 6455 §1.3 has it, and the health probes", async () => {
    await using gateway = await openSocketGateway({ faults: ["close-after-challenge=1012"] });
    const raw = openRaw(gateway.port);
    raw.socket.on("data", () => raw.text().includes("\x88") && raw.socket.end());
    await raw.over;
    assert.match(raw.text(), /^HTTP\/1\.1 101 .*\r\n/);
    assert.ok(raw.text().includes("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert.ok(raw.text().includes("connect.challenge"));
    assert.deepEqual(Buffer.from(raw.text().slice(-4), "latin1"), Buffer.of(0x88, 2, 0x03, 0xf4));
    const healthz = await fetch(`http://127.0.0.1:${gateway.port}/healthz`);
    assert.deepEqual(await healthz.json(), { ok: true, status: "live" });
    assert.equal((await fetch(`http://127.0.0.1:${gateway.port}/`)).status, 426);
  });

  for (const [fault, ends] of [["reset-on-accept", "ECONNRESET"], ["reset-on-upgrade", "ECONNRESET"]] as const) {
    it(`${fault} says nothing and resets`, async () => {
      assert.deepEqual(await meet(fault), { heard: "", over: ends });
    });
  }

  it("close-before-challenge=1006 ends TCP behind the upgrade without a word", async () => {
    const { heard, over } = await meet("close-before-challenge=1006");
    assert.match(heard, /^HTTP\/1\.1 101 [^]*\r\n\r\n$/);
    assert.equal(over, "end");
  });

  it("half-frame=challenge sends half of what it announced", async () => {
    const { heard, over } = await meet("half-frame=challenge");
    const [, frame = ""] = heard.split("\r\n\r\n");
    const announced = Buffer.from(frame, "latin1").readUInt16BE(2) + 4;
    assert.equal(frame.length, Math.ceil(announced / 2));
    assert.equal(over, "end");
  });

  it("http=404 and not-http answer otherwise", async () => {
    assert.match((await meet("http=404")).heard, /^HTTP\/1\.1 404 /);
    assert.match((await meet("not-http")).heard, /^SSH-2\.0-/);
  });

  it("slow-frames sends in many pieces", async () => {
    await using gateway = await openSocketGateway({ faults: ["slow-frames=5", "close-after-challenge=1006"] });
    const raw = openRaw(gateway.port);
    await raw.over;
    assert.ok(raw.pieces >= 3, `${raw.pieces} pieces`);
  });

  it("ends although a connection is stalled, and lets its client go", async () => {
    const gateway = await openSocketGateway({ faults: ["stall-before-challenge"] });
    const raw = openRaw(gateway.port);
    await new Promise((resolve) => raw.socket.once("data", resolve));
    const startedAt = performance.now();
    await gateway[Symbol.asyncDispose]();
    assert.ok(performance.now() - startedAt < 900, "it waited for a client that cannot agree");
    await raw.over;
  });

  it("closes with 1002 on a frame that is not masked", async () => {
    await using gateway = await openSocketGateway({ faults: ["late-challenge=5s"] });
    const raw = openRaw(gateway.port, `${upgradeRequest}\x81\x02{}`);
    raw.socket.on("data", () => raw.text().includes("\x88") && raw.socket.end());
    await raw.over;
    assert.deepEqual(Buffer.from(raw.text().slice(-4), "latin1"), Buffer.of(0x88, 2, 0x03, 0xea));
  });

  it("plays over TLS too", async () => {
    await using gateway = await openSocketGateway({ faults: ["http=503"], tls: selfSigned });
    const { connect: connectTls } = await import("node:tls");
    const socket = connectTls({ port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.on("error", () => {});
    socket.write(upgradeRequest);
    const heard = await new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
    socket.destroy();
    assert.match(heard, /^HTTP\/1\.1 503 /);
  });

  it("resets and stalls below TLS, and behind it", async () => {
    const { connect: connectTls } = await import("node:tls");
    const meetTls = async (fault: string) => {
      await using gateway = await openSocketGateway({ faults: [fault], tls: selfSigned });
      const seen: string[] = [];
      const socket = connectTls({ port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false });
      socket.on("secureConnect", () => {
        seen.push("secure");
        socket.write(upgradeRequest);
      });
      socket.on("data", (bytes) => seen.push(String(bytes).slice(9, 12)));
      await new Promise<void>((resolve) => {
        socket.on("error", (error: Error & { code?: string }) => resolve(void seen.push(error.code ?? "")));
        socket.on("close", () => resolve());
        if (fault.startsWith("stall")) setTimeout(resolve, 150);
      });
      socket.destroy();
      return seen;
    };
    assert.deepEqual(await meetTls("reset-on-accept"), ["ECONNRESET"]);
    assert.deepEqual(await meetTls("stall-on-accept"), []);
    // Behind TLS Deno's sockets end where they should reset; the program that is shipped has Bun's.
    const reset = "Bun" in globalThis ? ["ECONNRESET"] : [];
    assert.deepEqual(await meetTls("reset-on-upgrade"), ["secure", ...reset]);
    assert.deepEqual(await meetTls("stall-before-challenge"), ["secure", "101"]);
    assert.deepEqual(await meetTls("reset-before-challenge"), ["secure", "101", ...reset]);
  });

  it("names a port that is taken", async () => {
    await using gateway = await openSocketGateway({ faults: ["no-challenge"] });
    await assert.rejects(openSocketGateway({ faults: ["no-challenge"], port: gateway.port }), {
      code: "config/invalid",
      message: /is not free/,
    });
  });
});

// deno-lint-ignore no-explicit-any -- frames of every kind
type Frames = any[];

/** What an operator hears while it asks. */
async function listenIn(gateway: SocketGateway, ask: (operator: Operator) => Promise<unknown>): Promise<Frames> {
  const frames: Frames = [];
  using operator = await openOperator(gateway, (frame) => frames.push(frame));
  await ask(operator);
  return frames;
}

describe("FaultPlayer", () => {
  const answers = (frames: Frames) =>
    frames.filter(({ type, id }) => type === "res" && id !== "o1").map(({ id }) => id as string);

  it("duplicates responses", async () => {
    await using gateway = await openSocketGateway({ faults: ["duplicated-responses"] });
    const frames = await listenIn(gateway, async ({ call }) => {
      await call("health");
      await call("health");
    });
    assert.deepEqual(answers(frames).slice(0, 3), ["o2", "o2", "o3"]);
  });

  it("answers two requests in the wrong order, and one alone after a while", async () => {
    await using gateway = await openSocketGateway({ faults: ["reordered-responses"] });
    const frames = await listenIn(gateway, async ({ call }) => {
      await Promise.all([call("health"), call("health")]);
      await call("health");
    });
    assert.deepEqual(answers(frames), ["o3", "o2", "o4"]);
  });

  it("loses events, by their numbers", async () => {
    await using gateway = await openSocketGateway({ faults: ["sequence-gaps=10"], heartbeat: "none" });
    const job = {
      name: "a",
      schedule: { kind: "every", everyMs: 3_600_000 },
      sessionTarget: "main",
      wakeMode: "now",
      payload: { kind: "systemEvent", text: "x" },
    };
    const frames = await listenIn(gateway, async ({ call }) => {
      for (let count = 0; count < 3; count++) await call("cron.add", job);
    });
    const numbers = frames.filter(({ type, seq }) => type === "event" && seq !== undefined).map(({ seq }) => seq);
    assert.ok(numbers.length >= 3);
    numbers.reduce((before, seq) => {
      assert.ok(seq - before > 10, `${numbers}`);
      return seq;
    }, 0);
  });

  it("floods with as many events as it was told", async () => {
    await using gateway = await openSocketGateway({ faults: ["flood=2500"] });
    const frames = await listenIn(gateway, ({ call }) => call("health"));
    assert.equal(frames.filter(({ event }) => event === "tick").length, 2_500);
  });

  it("lets the gateway act on a request whose answer is lost", async () => {
    await using gateway = await openSocketGateway({ faults: ["close-after-request=1011"] });
    using operator = await openOperator(gateway);
    await assert.rejects(operator.call("wake", { mode: "now", text: "x" }), /closed: 1011/);
    assert.equal(gateway.gateway.memory.wakes.length, 1);
  });

  it("keeps to the method that it is told", async () => {
    await using gateway = await openSocketGateway({ faults: ["close-after-request=1011@wake"] });
    using operator = await openOperator(gateway);
    await operator.call("health");
    await assert.rejects(operator.call("wake", { mode: "now", text: "x" }), /closed: 1011/);
  });

  it("refuses calls where it granted no scope", async () => {
    await using gateway = await openSocketGateway({ faults: ["scopes-emptied"] });
    using operator = await openOperator(gateway);
    await assert.rejects(operator.call("wake", { mode: "now", text: "x" }), /MISSING_SCOPE.*operator\.write/);
    assert.equal(gateway.gateway.memory.wakes.length, 0);
    await operator.call("health");
  });

  it("leaves it to the gateway to refuse a connect that is none", async () => {
    for (const name of faultNames.filter((fault) => faultOf(fault).does.startsWith("refuses"))) {
      await using gateway = await openSocketGateway({ faults: [name] });
      const socket = new WebSocket(gateway.url);
      const answer = await new Promise<string>((resolve) => {
        socket.onmessage = ({ data }) => !String(data).includes("connect.challenge") && resolve(String(data));
        socket.onopen = () =>
          socket.send(JSON.stringify({ type: "req", id: "1", method: "connect", params: { a: 1 } }));
      });
      assert.match(answer, /invalid connect params/, name);
      socket.close();
    }
  });

  it("does not get into the way of who is well", async () => {
    await using gateway = await openSocketGateway({ faults: ["late-challenge=0", "slow-frames=0"] });
    using operator = await openOperator(gateway);
    assert.equal((await operator.call("health")).ok, true);
  });
});
