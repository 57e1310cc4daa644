/**
 * A proxy on loopback between claw and a gateway that adds headers to the upgrade, sees each WebSocket message, and may
 * swallow it or cut the connection. It passes bytes on as they came: it is no WebSocket itself.
 */
import { connect, createServer, type Socket } from "node:net";
import { portOf } from "./sockets.ts";

/** A text message on its way. */
export interface Passing {
  readonly from: "client" | "gateway";
  // deno-lint-ignore no-explicit-any -- a test reads what it decides on
  readonly frame: any;
}

export type Verdict = "pass" | "drop" | "cut" | { readonly instead: unknown };

export interface ProxyOptions {
  readonly targetPort: number;
  /** Replace those of the upgrade request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Decides on each message; `cut` drops it and both connections. A gateway's may be replaced by another. */
  readonly decide?: (passing: Passing) => Verdict;
}

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Every message that came by, passed on or not. */
  readonly seen: readonly Passing[];
  /** How many clients connected. */
  readonly clients: number;
  /** How many of them are still connected. */
  readonly open: number;
  /** Cuts all connections. */
  cut(): void;
}

export async function startTcpProxy(options: ProxyOptions): Promise<TcpProxy> {
  const seen: Passing[] = [];
  const sockets = new Set<Socket>();
  let clients = 0;
  const server = createServer((client) => {
    clients += 1;
    const gateway = connect(options.targetPort, "127.0.0.1");
    const cut = () => [client, gateway].forEach((socket) => socket.destroy());
    for (const socket of [client, gateway]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    const judge = (from: Passing["from"]) => (frame: unknown) => {
      seen.push({ from, frame });
      return options.decide?.({ from, frame }) ?? "pass";
    };
    relay(client, gateway, (head) => withHeaders(head, options.headers ?? {}), judge("client"), cut);
    relay(gateway, client, (head) => head, judge("gateway"), cut);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    seen,
    get clients() {
      return clients;
    },
    get open() {
      return sockets.size / 2;
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes one direction on. After a response that is no 101 it may hold back the body, which no client needs. */
function relay(
  source: Socket,
  sink: Socket,
  rewrite: (head: string) => string,
  judge: (frame: unknown) => Verdict,
  cut: () => void,
): void {
  let waiting = Buffer.alloc(0);
  let hasHead = false;
  source.on("data", (bytes) => {
    waiting = Buffer.concat([waiting, bytes as Buffer]);
    if (!hasHead) {
      const end = waiting.indexOf("\r\n\r\n");
      if (end < 0) return;
      hasHead = true;
      sink.write(rewrite(waiting.subarray(0, end + 4).toString("latin1")), "latin1");
      waiting = waiting.subarray(end + 4);
    }
    for (let message = takeMessage(waiting); message !== undefined; message = takeMessage(waiting)) {
      waiting = waiting.subarray(message.bytes.length);
      const verdict = message.frame === undefined ? "pass" : judge(message.frame);
      if (verdict === "cut") return cut();
      if (verdict === "pass") sink.write(message.bytes);
      if (typeof verdict === "object") sink.write(textMessage(JSON.stringify(verdict.instead)));
    }
  });
}

/** The first whole WebSocket frame (RFC 6455 §5.2), and what its text says when it is JSON. */
function takeMessage(buffer: Buffer): { readonly bytes: Buffer; readonly frame: unknown } | undefined {
  if (buffer.length < 2) return undefined;
  const isMasked = (buffer.readUInt8(1) & 0x80) !== 0;
  const short = buffer.readUInt8(1) & 0x7f;
  const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (buffer.length < 2 + extra) return undefined;
  const length = short === 127 ? Number(buffer.readBigUInt64BE(2)) : short === 126 ? buffer.readUInt16BE(2) : short;
  const start = 2 + extra + (isMasked ? 4 : 0);
  if (buffer.length < start + length) return undefined;
  const mask = buffer.subarray(start - 4, start);
  const payload = Buffer.from(buffer.subarray(start, start + length));
  if (isMasked) payload.forEach((byte, at) => payload[at] = byte ^ (mask[at % 4] ?? 0));
  const isText = (buffer.readUInt8(0) & 0x0f) === 1;
  return { bytes: buffer.subarray(0, start + length), frame: isText ? parse(payload.toString()) : undefined };
}

/** A text message as a server sends it, unmasked. */
function textMessage(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0x8100 | (payload.length < 126 ? payload.length : 126));
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head.subarray(0, payload.length < 126 ? 2 : 4), payload]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

function withHeaders(head: string, headers: Readonly<Record<string, string>>): string {
  const lines = head.trimEnd().split("\r\n");
  const kept = lines.filter((line) => headers[line.slice(0, line.indexOf(":")).toLowerCase()] === undefined);
  return [...kept, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
}
