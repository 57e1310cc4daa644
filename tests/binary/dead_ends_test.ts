/**
 * Addresses where no gateway is, or one that never speaks: each is one named failure, within its time, and the process
 * ends by itself.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, createBinaryHome, envelopeOf } from "../support/binary.ts";
import { startListener, startStatusServer, startTlsListener } from "../support/sockets.ts";

/** Runs against an address; `exit`, `code` and words of the message are asserted. */
async function assertFailure(
  url: string,
  expected: { exit: number; code: string; message: RegExp; withinMs?: number },
  args: readonly string[] = [],
): Promise<void> {
  using home = createBinaryHome({ CLAW_URL: url, CLAW_TOKEN: "never-to-be-sent" });
  const run = await home.claw(["event", "x", "--json", "--timeout", "3s", ...args]);
  assertExit(run, expected.exit);
  const { code, message, hint } = envelopeOf(run).error ?? {};
  assert.equal(code, expected.code, message);
  assert.match(message ?? "", expected.message);
  assert.ok((hint ?? "") !== "", "a next step");
  const { withinMs = 2_500 } = expected;
  assert.ok(run.wallMs < withinMs, `${run.wallMs} ms`);
}

describe("claw event where no gateway is", () => {
  it("a listener that never speaks is given up when the time is over", async () => {
    await using listener = await startListener(() => {});
    const expected = { exit: 69, code: "net/timeout", message: /did not accept a connection in time/, withinMs: 4_000 };
    await assertFailure(`ws://127.0.0.1:${listener.port}`, expected);
  });

  it("a listener that hangs up at once", async () => {
    await using listener = await startListener((socket) => socket.destroy());
    const expected = { exit: 69, code: "net/unreachable", message: /cut the connection before it was open/ };
    await assertFailure(`ws://127.0.0.1:${listener.port}`, expected);
  });

  it("a listener that speaks another protocol", async () => {
    await using listener = await startListener((socket) => void socket.end("220 mail.example ESMTP\r\n"));
    const expected = { exit: 69, code: "net/upgrade", message: /does not speak HTTP/ };
    await assertFailure(`ws://127.0.0.1:${listener.port}`, expected);
  });

  for (const status of [200, 401, 404]) {
    it(`a web server that answers ${status}`, async () => {
      await using server = await startStatusServer(status);
      const message = new RegExp(`answered HTTP ${status} instead of opening a WebSocket`);
      await assertFailure(`ws://127.0.0.1:${server.port}`, { exit: 69, code: "net/upgrade", message });
    });
  }

  it("a web server that answers 503 is asked again until the time is over", async () => {
    await using server = await startStatusServer(503);
    const expected = { exit: 69, code: "net/upgrade", message: /answered HTTP 503/, withinMs: 4_000 };
    await assertFailure(`ws://127.0.0.1:${server.port}`, expected);
    assert.ok(server.clients > 2, `${server.clients} attempts`);
  });

  it("wss:// to a port that does not speak TLS", async () => {
    await using server = await startStatusServer(404);
    const expected = { exit: 69, code: "net/tls", message: /does not speak TLS/ };
    await assertFailure(`wss://127.0.0.1:${server.port}`, expected);
  });

  it("ws:// to a port that speaks TLS only", async () => {
    await using listener = await startTlsListener();
    const expected = { exit: 69, code: "net/tls", message: /speaks TLS only/ };
    await assertFailure(`ws://127.0.0.1:${listener.port}`, expected);
  });

  it("wss:// to a certificate that nobody vouches for", async () => {
    await using listener = await startTlsListener();
    const expected = { exit: 69, code: "net/tls", message: /is not trusted: it is self-signed/ };
    await assertFailure(`wss://127.0.0.1:${listener.port}`, expected);
  });

  it("a name that does not exist", async () => {
    const expected = {
      exit: 69,
      code: "net/unreachable",
      message: /no-such-host\.invalid cannot be resolved/,
      withinMs: 4_000,
    };
    await assertFailure("wss://no-such-host.invalid", expected);
  });

  it("ws:// across the network is refused before anything is sent", async () => {
    const expected = { exit: 78, code: "config/insecure-url", message: /gateway\.example/ };
    await assertFailure("ws://gateway.example:18789", expected);
  });

  it("a gateway whose time is over in spite of --retry", async () => {
    const expected = { exit: 69, code: "net/unreachable", message: /connection refused/, withinMs: 7_000 };
    await assertFailure("ws://127.0.0.1:1", expected, ["--retry", "2s"]);
  });
});
