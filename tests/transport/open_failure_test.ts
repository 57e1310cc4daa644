import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { judge, type OpenFailureCause } from "../../src/transport/open_failure.ts";
import { openWebSocket } from "../../src/transport/web_socket.ts";
import { selfSigned } from "../support/certificate.ts";

/** What the two runtimes say of the same failure, as measured with Bun 1.4.5 and Deno 2.9.6. */
const reports: readonly (readonly [cause: OpenFailureCause, code: string, text: string])[] = [
  ["refused", "ECONNREFUSED", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Failed to connect"],
  ["refused", "", "NetworkError: failed to connect to WebSocket: tcp connect error"],
  ["dns", "ENOTFOUND", "WebSocket connection to 'ws://no-such-host.invalid/' failed: Failed to connect"],
  ["dns", "", "NetworkError: failed to connect to WebSocket: dns error"],
  ["reset", "ECONNRESET", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Connection ended: read ECONNRESET"],
  ["reset", "", "NetworkError: failed to connect to WebSocket: connection closed before message completed"],
  ["reset", "", "NetworkError: failed to connect to WebSocket: Connection reset by peer (os error 104)"],
  ["http-status", "", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Expected 101 status code: 503"],
  ["http-status", "", "NetworkError: failed to connect to WebSocket: Invalid status code: 503"],
  ["not-http", "HPE_INVALID_CONSTANT", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Invalid response"],
  ["not-http", "", "NetworkError: failed to connect to WebSocket: invalid HTTP version parsed"],
  ["tls-untrusted", "DEPTH_ZERO_SELF_SIGNED_CERT", "… failed: TLS handshake failed: self signed certificate"],
  ["tls-unwanted", "EPROTO", "… failed: TLS handshake failed: … WRONG_VERSION_NUMBER"],
  ["tls-unwanted", "", "NetworkError: … received corrupt message of type InvalidContentType"],
  ["not-websocket", "", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Mismatch websocket accept header"],
  ["not-websocket", "", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Unsupported websocket extension"],
  ["not-websocket", "", "WebSocket connection to 'ws://127.0.0.1:9/' failed: Mismatch client protocol"],
  ["not-websocket", "", "NetworkError: failed to connect to WebSocket: Invalid connection header"],
  ["unknown", "", ""],
];

/** Each kind of stranger that may sit at a port, and what meeting it must be called. */
const strangers:
  readonly (readonly [name: string, scheme: "ws" | "wss", make: () => Server, code: string, cause: string])[] = [
    ["HTTP 503", "ws", () => answering(503), "net/upgrade", "http-status"],
    ["HTTP 404", "ws", () => answering(404), "net/upgrade", "http-status"],
    ["HTTP 401", "ws", () => answering(401), "net/upgrade", "http-status"],
    ["HTTP 200", "ws", () => answering(200), "net/upgrade", "http-status"],
    ["SSH", "ws", () => createServer((socket) => greet(socket, "SSH-2.0-OpenSSH_9.2\r\n")), "net/upgrade", "not-http"],
    ["a port that hangs up", "ws", () => createServer((socket) => socket.destroy()), "net/unreachable", "reset"],
    ["a port that resets", "ws", () => createServer((socket) => socket.resetAndDestroy()), "net/unreachable", "reset"],
    ["a TLS port spoken to without", "ws", tlsServer, "net/tls", "tls-wanted"],
    ["a plain port spoken to with TLS", "wss", () => answering(200), "net/tls", "tls-unwanted"],
    ["a certificate that nobody trusts", "wss", tlsServer, "net/tls", "tls-untrusted"],
  ];

describe("judge()", () => {
  for (const [cause, code, text] of reports) {
    it(`calls ${code || text || "nothing"} ${cause}`, () => assert.equal(judge({ code, text }).cause, cause));
  }
});

describe("openWebSocket()", () => {
  for (const [name, scheme, make, code, cause] of strangers) {
    it(`names ${name}`, async () => {
      const { port, stop } = await start(make());
      const error = await failure(`${scheme}://127.0.0.1:${port}/`);
      await stop();
      assert.deepEqual([error.code, error.details["cause"]], [code, cause]);
      assert.ok(error.hint, "no hint");
    });
  }

  it("names a port where nothing listens, and a name that nobody knows", async () => {
    const { port, stop } = await start(createServer());
    await stop();
    assert.equal((await failure(`ws://127.0.0.1:${port}/`)).details["cause"], "refused");
    assert.equal((await failure("ws://no-such-host.invalid/")).details["cause"], "dns");
  });

  it("gives up with the signal's reason while the other side is silent", async () => {
    const { port, stop } = await start(createServer());
    const controller = new AbortController();
    const opening = openWebSocket(new URL(`ws://127.0.0.1:${port}/`), controller.signal);
    controller.abort(new ClawError("net/timeout", "the time is over"));
    await assert.rejects(opening, (error: ClawError) => error.code === "net/timeout");
    await stop();
  });
});

async function failure(url: string): Promise<ClawError> {
  const thrown = await openWebSocket(new URL(url), new AbortController().signal).then(
    () => assert.fail("it opened"),
    (e: unknown) => e,
  );
  assert.ok(thrown instanceof ClawError, String(thrown));
  return thrown;
}

function answering(status: number): Server {
  const server = createHttpServer((_request, response) => void response.writeHead(status).end("x"));
  return server.on(
    "upgrade",
    (_request, socket) => socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
  );
}

function greet(socket: Socket, text: string): void {
  socket.on("error", () => {});
  socket.write(text);
}

function tlsServer(): Server {
  return createTlsServer(selfSigned, (socket) => socket.end());
}

async function start(server: Server): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
