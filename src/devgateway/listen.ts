/**
 * Listens on 127.0.0.1, upgrades to WebSocket and hands each socket to the dev gateway as a transport. The server's own
 * socket is adapted here and not by `transport/web_socket.ts`, because a server may close with any code (1002, 1008,
 * 4001 …) where a client may not. Where faults are played, `faulty_server.ts` listens instead.
 */
import { ClawError } from "../errors.ts";
import { maxPayloadBytes } from "../protocol/mod.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Closed, Transport } from "../transport/transport.ts";
import { answerInstead, peerFrom } from "./door.ts";
import type { FaultScene } from "./faulty_server.ts";
import type { Host } from "./explainer.ts";
import type { PeerFacts } from "./peer.ts";

export interface Listening {
  /** Where clients connect, e.g. `ws://127.0.0.1:18789`; `wss://` with TLS. */
  readonly url: string;
  readonly port: number;
  /** Ends all sessions and frees the port. */
  close(): Promise<void>;
}

/** What a TLS server shows and proves, in PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

const address = "127.0.0.1";

/**
 * Starts listening, and the gateway with it.
 * @param options.port 0 lets the system choose
 * @param options.host anything but 127.0.0.1 or localhost is refused
 * @param options.tls left out: without TLS
 * @param options.faults left out: none, and the runtime's own server
 * @throws ClawError `config/invalid` for another host or a port that is taken
 */
export async function listen(
  gateway: Host,
  options: {
    readonly port: number;
    readonly host?: string;
    readonly tls?: ServerCertificate;
    readonly faults?: FaultScene;
  },
): Promise<Listening> {
  const { port, host = address, tls, faults } = options;
  if (host !== address && host !== "localhost") {
    throw new ClawError("config/invalid", `the dev gateway listens on ${address} only, not on ${host}`);
  }
  const server = faults === undefined ? serve(gateway, port, tls) : await serveFaults(gateway, port, tls, faults);
  gateway.start();
  return {
    url: `${tls === undefined ? "ws" : "wss"}://${address}:${server.port}`,
    port: server.port,
    async close() {
      server.releaseStalled?.();
      await gateway.close();
      await server.stop();
    },
  };
}

export interface Server {
  readonly port: number;
  stop(): Promise<void>;
  /** Ends connections on which nothing is read or written any more: nobody could agree to their end. */
  releaseStalled?(): void;
}

/** What is used of a server's socket, of either runtime. */
interface ServerSocket {
  send(text: string): unknown;
  close(code?: number, reason?: string): unknown;
}

/** A transport, and what the runtime's callbacks put into it. */
interface Accepted {
  readonly transport: Transport;
  put(data: string | Uint8Array): void;
  end(closed: Closed): void;
}

function adaptServerSocket(socket: ServerSocket): Accepted {
  const inbox = new Inbox();
  let own: Closed | undefined;
  let resolve: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((done) => (resolve = done));
  return {
    transport: {
      send: (text) => {
        if (own === undefined) socket.send(text);
      },
      receive: (signal) => inbox.take(signal),
      close: (code = 1000, reason = "") => {
        if (own !== undefined) return;
        own = { code, reason };
        socket.close(code, reason);
      },
      closed,
    },
    put: (data) => inbox.put(data),
    end: (theirs) => {
      inbox.end();
      // Deno reports 1005 for a close of our own.
      resolve(own ?? theirs);
      own ??= theirs;
    },
  };
}

function serve(gateway: Host, port: number, tls: ServerCertificate | undefined): Server {
  try {
    return bun === undefined ? serveOnDeno(gateway, port, tls) : serveOnBun(bun, gateway, port, tls);
  } catch (cause) {
    throw taken(port, cause);
  }
}

async function serveFaults(
  gateway: Host,
  port: number,
  tls: ServerCertificate | undefined,
  faults: FaultScene,
): Promise<Server> {
  const { startFaultyServer } = await import("./faulty_server.ts");
  return await startFaultyServer(gateway, { port, host: address, tls }, faults).catch((cause: unknown) => {
    throw taken(port, cause);
  });
}

function taken(port: number, cause: unknown): ClawError {
  return new ClawError("config/invalid", `port ${port} is not free on ${address}`, { cause });
}

function serveOnDeno(gateway: Host, port: number, tls: ServerCertificate | undefined): Server {
  const server = Deno.serve({ port, hostname: address, onListen() {}, ...tls }, (request, { remoteAddr }) => {
    // Read first: with the upgrade the request's headers are gone.
    const peer = peerFrom((name) => request.headers.get(name) ?? undefined, remoteAddr.hostname);
    const refused = refuseUpgrade(request, gateway, peer);
    if (refused !== undefined) return refused;
    // No pings of the runtime's own: neither generation's clients count on them.
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    const { transport, put, end } = adaptServerSocket(socket);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => void gateway.accept(transport, peer);
    socket.onmessage = ({ data }) => put(typeof data === "string" ? data : new Uint8Array(data));
    socket.onclose = ({ code, reason }) => end({ code: code === 0 ? 1006 : code, reason });
    return response;
  });
  return { port: server.addr.port, stop: () => server.shutdown() };
}

function serveOnBun(
  runtime: BunRuntime,
  gateway: Host,
  port: number,
  tls: ServerCertificate | undefined,
): Server {
  const server = runtime.serve({
    port,
    hostname: address,
    ...(tls === undefined ? {} : { tls }),
    fetch(request, self) {
      const peer = peerFrom(
        (name) => request.headers.get(name) ?? undefined,
        self.requestIP(request)?.address ?? address,
      );
      const refused = refuseUpgrade(request, gateway, peer);
      if (refused !== undefined) return refused;
      self.upgrade(request, { data: { peer } });
      return undefined;
    },
    websocket: {
      maxPayloadLength: 2 * maxPayloadBytes,
      idleTimeout: 0,
      open(socket) {
        socket.data.accepted = adaptServerSocket(socket);
        void gateway.accept(socket.data.accepted.transport, socket.data.peer);
      },
      message: (socket, data) => socket.data.accepted?.put(typeof data === "string" ? data : new Uint8Array(data)),
      close: (socket, code, reason) => socket.data.accepted?.end({ code, reason }),
    },
  });
  return { port: server.port, stop: () => server.stop(true) };
}

function refuseUpgrade(request: Request, gateway: Host, peer: PeerFacts): Response | undefined {
  const upgrade = request.headers.get("upgrade") ?? undefined;
  const answer = answerInstead({ path: new URL(request.url).pathname, upgrade }, gateway, peer);
  return answer === undefined
    ? undefined
    : new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** What is used of Bun's server (bun.com/docs/api/websockets); its types are not loaded under Deno. */
interface BunRuntime {
  serve(options: {
    port: number;
    hostname: string;
    tls?: ServerCertificate;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      maxPayloadLength: number;
      idleTimeout: number;
      open(socket: BunSocket): void;
      message(socket: BunSocket, data: string | Uint8Array): void;
      close(socket: BunSocket, code: number, reason: string): void;
    };
  }): BunServer;
}

interface BunServer {
  readonly port: number;
  stop(closesConnections: boolean): Promise<void>;
  requestIP(request: Request): { readonly address: string } | null;
  upgrade(request: Request, options: { data: BunSocket["data"] }): boolean;
}

interface BunSocket extends ServerSocket {
  readonly data: { readonly peer: PeerFacts; accepted?: Accepted };
}

const bun = (globalThis as { Bun?: BunRuntime }).Bun;
