import assert from "node:assert/strict";
import { connect, createServer as createTcpServer } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import process from "node:process";
import { describe, it } from "node:test";
import type { KeyedCertificate } from "../../src/devgateway/certificate.ts";
import type { ClawError } from "../../src/errors.ts";
import { openGuarded } from "../../src/transport/guarded_dial.ts";
import type { Way } from "../../src/transport/way.ts";
import { openWebSocket } from "../../src/transport/web_socket.ts";
import { certificateFor, expired, selfSigned, selfSignedFingerprint } from "../support/certificate.ts";
import { openSocketGateway, randomIds } from "../support/dev_gateway.ts";
import { type Listener, portOf, startListener, startStatusServer, startTlsListener } from "../support/sockets.ts";

const never = new AbortController().signal;
const isDeno = process.versions["deno"] !== undefined;

function wayWith(choices: Pick<Way, "ca"> & { readonly fingerprint?: string }): Way {
  const { fingerprint, ca } = choices;
  return {
    pin: fingerprint === undefined ? undefined : { fingerprint, from: "--tls-fingerprint" },
    ca,
    now: () => Date.now(),
    randomBytes: randomIds.bytes,
  };
}

/** Opens a connection to a gateway with that certificate, reads its challenge, and closes. */
async function challengeFrom(
  tls: Pick<KeyedCertificate, "cert" | "key">,
  way: Way,
  host = "127.0.0.1",
): Promise<string> {
  await using gateway = await openSocketGateway({ tls });
  const transport = await openWebSocket(new URL(`wss://${host}:${gateway.port}/`), never, way);
  const message = await transport.receive();
  transport.close(1000);
  assert.equal((await transport.closed).code, 1000);
  return String(message);
}

async function failureWith(tls: Pick<KeyedCertificate, "cert" | "key">, way: Way): Promise<ClawError> {
  await using gateway = await openSocketGateway({ tls });
  const error = await openWebSocket(new URL(`wss://127.0.0.1:${gateway.port}/`), never, way).then(
    () => assert.fail("it opened"),
    (thrown: ClawError) => thrown,
  );
  assert.equal(error.code, "net/tls", String(error));
  return error;
}

describe("openGuarded() tells its steps", () => {
  const stepsTo = async (url: string, way: Way) => {
    const steps: string[] = [];
    const opening = openGuarded(new URL(url), way, never, (step) => void steps.push(step));
    await opening.then((transport) => transport.close(1000), () => {});
    return steps;
  };

  it("in their order, those that were done alone", async () => {
    await using gateway = await openSocketGateway();
    await using secured = await openSocketGateway({ tls: selfSigned });
    await using notHttp = await startListener((socket) => void socket.end("no\n"));
    assert.deepEqual(await stepsTo(gateway.url, wayWith({})), ["tcp", "upgrade"]);
    assert.deepEqual(await stepsTo(`ws://localhost:${gateway.port}`, wayWith({})), ["dns", "tcp", "upgrade"]);
    const pinned = wayWith({ fingerprint: selfSignedFingerprint });
    assert.deepEqual(await stepsTo(`wss://127.0.0.1:${secured.port}`, pinned), ["tcp", "tls", "upgrade"]);
    assert.deepEqual(await stepsTo(`ws://127.0.0.1:${notHttp.port}`, wayWith({})), ["tcp"]);
    assert.deepEqual(await stepsTo("ws://no-such-host.invalid", wayWith({})), []);
  });
});

describe("openGuarded() with a pin", () => {
  it("accepts a self-signed certificate by its pin alone, whatever host it names", async () => {
    const other = await certificateFor({ names: ["elsewhere.example"], addresses: [] });
    assert.match(await challengeFrom(other, wayWith({ fingerprint: other.fingerprint })), /connect\.challenge/);
    assert.match(
      await challengeFrom(selfSigned, wayWith({ fingerprint: selfSignedFingerprint })),
      /connect\.challenge/,
    );
    const named = wayWith({ fingerprint: selfSignedFingerprint });
    assert.match(await challengeFrom(selfSigned, named, "localhost"), /connect\.challenge/);
  });

  it("refuses another certificate, with both fingerprints", async () => {
    const [mine, theirs] = [await certificateFor(), await certificateFor()];
    const error = await failureWith(theirs, wayWith({ fingerprint: mine.fingerprint }));
    assert.equal(error.details["cause"], "tls-changed");
    assert.match(error.message, /it was rotated, or someone is between/);
    for (const { fingerprint } of [mine, theirs]) assert.ok(error.message.includes(fingerprint), error.message);
    assert.match(error.hint ?? "", /compare on the gateway host: openssl x509 /);
  });

  it("refuses another certificate also when its authority is trusted", async () => {
    const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
    const theirs = await certificateFor({ issuer: authority.signer });
    const way = wayWith({ ca: authority.cert, fingerprint: selfSignedFingerprint });
    assert.equal((await failureWith(theirs, way)).details["cause"], "tls-changed");
  });

  it("lets no byte of HTTP leave before the pin has matched on the connection that is used", async () => {
    const [mine, theirs] = [await certificateFor(), await certificateFor()];
    const heard: string[] = [];
    // The first look meets the pinned certificate, the connection itself somebody else's.
    await using switching = await startSwitch([mine, theirs], (text) => heard.push(text));
    const opening = openWebSocket(new URL(`wss://127.0.0.1:${switching.port}/`), never, wayWith(mine));
    await assert.rejects(opening, (error: ClawError) => {
      assert.deepEqual([error.code, error.details["cause"]], ["net/tls", "tls-changed"]);
      return error.message.includes(theirs.fingerprint);
    });
    assert.deepEqual([switching.clients >= 2, heard], [true, []]);
  });

  it("waits for a gateway that is too busy to shake hands at once", async () => {
    await using gateway = await openSocketGateway({ tls: selfSigned });
    let turn = 0;
    await using busy = await startListener((socket) => {
      setTimeout(() => {
        const upstream = connect(gateway.port, "127.0.0.1").on("error", () => socket.destroy());
        socket.pipe(upstream).pipe(socket);
      }, turn++ === 0 ? 1_700 : 0);
    });
    const transport = await at(busy, wayWith({ fingerprint: selfSignedFingerprint }));
    assert.match(String(await transport.receive()), /connect\.challenge/);
    transport.close();
    await transport.closed;
  });

  it("stops at every step when the signal is aborted", async () => {
    await using listener = await startListener(() => {});
    const way = wayWith({ ca: selfSigned.cert });
    for (let steps = 0; steps < 40; steps++) {
      for (const scheme of ["ws", "wss"]) {
        const controller = new AbortController();
        const opening = openGuarded(new URL(`${scheme}://127.0.0.1:${listener.port}/`), way, controller.signal);
        const stopped = assert.rejects(opening, /the time is over/);
        for (let step = 0; step < steps; step++) await Promise.resolve();
        controller.abort(new Error("the time is over"));
        await stopped;
      }
    }
  });

  it("refuses an expired certificate, and calls it that", async () => {
    const old = await certificateFor(expired);
    const error = await failureWith(old, wayWith({ fingerprint: old.fingerprint }));
    assert.equal(error.details["cause"], "tls-expired");
    assert.match(error.message, /it expired on \d{4}-\d\d-\d\d/);
  });

  it("accepts one that an authority signed, where the runtime can, and else asks for the authority", async () => {
    const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
    const leaf = await certificateFor({ issuer: authority.signer, addresses: [], names: ["elsewhere.example"] });
    const { fingerprint } = leaf;
    assert.match(await challengeFrom(leaf, wayWith({ fingerprint, ca: authority.cert })), /connect\.challenge/);
    if (!isDeno) return void assert.match(await challengeFrom(leaf, wayWith({ fingerprint })), /connect\.challenge/);
    assert.match((await failureWith(leaf, wayWith({ fingerprint }))).hint ?? "", /with --ca FILE$/);
  });
});

describe("openGuarded() with an authority", () => {
  it("accepts what it signed for this host, and nothing else", async () => {
    const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
    const way = wayWith({ ca: authority.cert });
    assert.match(await challengeFrom(await certificateFor({ issuer: authority.signer }), way), /connect\.challenge/);
    const wrongHost = await certificateFor({ issuer: authority.signer, addresses: [], names: ["elsewhere.example"] });
    const misnamed = await failureWith(wrongHost, way);
    assert.equal(misnamed.details["cause"], "tls-wrong-host");
    assert.match(misnamed.message, /it is for another host \(DNS:elsewhere\.example\)/);
    const late = await failureWith(await certificateFor({ issuer: authority.signer, ...expired }), way);
    assert.equal(late.details["cause"], "tls-expired");
    const stranger = await failureWith(await certificateFor(), way);
    assert.equal(stranger.details["cause"], "tls-untrusted");
    assert.match(stranger.message, /it is self-signed; CN=test gateway, valid /);
  });

  it("says what sits at the port when it is no gateway", async () => {
    const way = wayWith({ ca: selfSigned.cert, fingerprint: selfSignedFingerprint });
    await using plain = await startStatusServer(404);
    await assert.rejects(at(plain, way), { code: "net/tls", message: /does not speak TLS/ });
    await using silent = await startTlsListener();
    const controller = new AbortController();
    const opening = at(silent, way, controller.signal);
    while (silent.clients < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("the time is over"));
    await assert.rejects(opening, /the time is over/);
    await using hangsUp = await startListener((socket) => socket.destroy());
    await assert.rejects(at(hangsUp, way), { code: "net/unreachable" });
  });

  it("names an answer that is no WebSocket's, over TLS that is all right", async () => {
    const own = await certificateFor();
    const way = wayWith({ fingerprint: own.fingerprint });
    for (
      const [answer, code] of [
        ["HTTP/1.1 503 Busy\r\n\r\n", "net/upgrade"],
        ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n", "net/upgrade"],
        ["SSH-2.0-OpenSSH\r\n", "net/upgrade"],
        ["", "net/unreachable"],
      ] as const
    ) {
      const hangUp = (socket: TLSSocket) => answer === "" ? socket.destroy() : socket.end(answer);
      const server = createServer(
        own,
        (socket) => void socket.on("error", () => {}).once("data", () => hangUp(socket)),
      );
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      const opening = openWebSocket(new URL(`wss://127.0.0.1:${portOf(server)}/`), never, way);
      await assert.rejects(opening, { code }, answer);
      server.close();
    }
  });
});

function at(listener: Listener, way: Way, signal = never) {
  return openWebSocket(new URL(`wss://127.0.0.1:${listener.port}/`), signal, way);
}

/** A port that sends its clients to TLS servers in turn; the last one gets all the others. */
async function startSwitch(
  certificates: readonly KeyedCertificate[],
  hear: (text: string) => void,
): Promise<Listener> {
  const servers = await Promise.all(certificates.map(async (certificate) => {
    const server = createServer(certificate, (socket) => {
      socket.on("error", () => {}).on("data", (bytes) => hear(String(bytes)));
    }).on("tlsClientError", () => {});
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    return server;
  }));
  let turn = 0;
  const listener = await startListener((socket) => {
    const target = servers[Math.min(turn++, servers.length - 1)] ?? createTcpServer();
    const upstream = connect(portOf(target), "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  return {
    get port() {
      return listener.port;
    },
    get clients() {
      return listener.clients;
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      for (const server of servers) server.close();
    },
  };
}
