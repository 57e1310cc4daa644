/**
 * An HTTP proxy for tests: it opens tunnels (CONNECT) to one port of this machine, whatever host is asked for, and keeps
 * what it heard of each client before the tunnel, and the bytes that went through.
 */
import { connect, createServer, type Socket } from "node:net";
import { portOf } from "./sockets.ts";

export interface ProxyChoices {
  readonly targetPort: number;
  /** Answers this instead of opening a tunnel. */
  readonly status?: number;
  /** Says nothing at all. */
  readonly isSilent?: boolean;
}

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number;
  /** The heads of the requests, whole. */
  readonly heads: readonly string[];
  /** All that clients sent through, as one character a byte. */
  tunnelled(): string;
}

export async function startConnectProxy(
  { targetPort, status = 200, isSilent = false }: ProxyChoices,
): Promise<ConnectProxy> {
  const heads: string[] = [];
  const sent: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client.on("error", () => {}));
    client.once("data", (bytes) => {
      heads.push(String(bytes));
      if (isSilent) return;
      if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      const gateway = connect(targetPort, "127.0.0.1").on("error", () => client.destroy());
      sockets.add(gateway);
      client.on("data", (more: Uint8Array) => sent.push(String.fromCharCode(...more)));
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(gateway).pipe(client);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    heads,
    tunnelled: () => sent.join(""),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
