/**
 * Loopback ports and servers for tests: free ports, and listeners that are no gateway. All on 127.0.0.1.
 */
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { selfSigned } from "./certificate.ts";

/** Something that listens, and counts who came. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  readonly clients: number;
}

/** The port that a listening server got. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * A port that was free a moment ago, below those that a system hands to who asks for any: what is closed there can be
 * opened again while other tests run.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Whether anything listens there. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish(true)).once("error", () => finish(false));
  });
}

/** A listener that does this to each client. */
export async function startListener(greet: (socket: Socket) => void): Promise<Listener> {
  return await serve(createServer(greet));
}

/** A web server that answers everything with this status. */
export async function startStatusServer(status: number): Promise<Listener> {
  return await serve(createHttpServer().on("request", refuse).on("upgrade", refuse));

  function refuse(_request: unknown, stream: unknown): void {
    const socket = (stream as { socket?: Socket }).socket ?? stream as Socket;
    socket.end(`HTTP/1.1 ${status} Some Reason\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n`);
  }
}

/** A listener that speaks TLS, with a certificate that nobody vouches for. */
export async function startTlsListener(): Promise<Listener> {
  return await serve(createTlsServer(selfSigned).on("tlsClientError", () => {}));
}

async function serve(server: Server): Promise<Listener> {
  const sockets = new Set<Socket>();
  let clients = 0;
  server.on("connection", (socket: Socket) => {
    clients += 1;
    sockets.add(socket.on("error", () => {}));
  });
  await listening(server);
  return {
    port: portOf(server),
    get clients() {
      return clients;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => void server.listen(0, "127.0.0.1", resolve));
}
