/**
 * The server that stands in for the runtime's own where faults are played: HTTP and WebSocket by hand over bare sockets,
 * since the runtimes' servers send nothing that is broken. Each connection meets what the plan has for its number.
 * Next: `wire_socket.ts`.
 */
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { ProtocolVersion } from "../protocol/mod.ts";
import { answerInstead, peerFrom, type PlainAnswer } from "./door.ts";
import type { FaultPlan } from "./fault_plan.ts";
import { FaultPlayer } from "./fault_player.ts";
import type { Deed, Rule } from "./fault_rules.ts";
import { generations } from "./generation.ts";
import type { Host } from "./explainer.ts";
import type { Server, ServerCertificate } from "./listen.ts";
import { WireSocket } from "./wire_socket.ts";

/** What is played, and by which clock. */
export interface FaultScene {
  readonly plan: FaultPlan;
  readonly protocol: ProtocolVersion;
  readonly clock: Clock;
  readonly ids: Ids;
}

interface Place {
  readonly port: number;
  readonly host: string;
  readonly tls: ServerCertificate | undefined;
}

/** RFC 6455 §1.3. */
const acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const longestHeadBytes = 16_384;

/** Starts listening. @throws the system's error when the port is taken */
export async function startFaultyServer(gateway: Host, place: Place, scene: FaultScene): Promise<Server> {
  // Not at the top: the compiled program would load it at every start.
  const { createServer } = await import("node:net");
  const { createHash } = await import("node:crypto");
  const sockets = new Set<Socket>();
  const wires = new Set<WireSocket>();
  let count = 0;
  const meet = (socket: Socket, rules: readonly Rule[]) => {
    void readHead(socket).then((head) => {
      const wire = head === undefined ? undefined : open(socket, head, rules, gateway, createHash);
      if (wire === undefined || head === undefined) return;
      wires.add(wire);
      void wire.closed.then(() => wires.delete(wire));
      const context = { ...scene, generation: generations[scene.protocol] };
      void gateway.accept(new FaultPlayer(wire, rules, context), peerOf(head, socket));
    });
  };
  const secure = place.tls === undefined ? undefined : await createHandover(place.tls, meet);
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    const rules = scene.plan.rulesFor(++count);
    if (spoil(socket, rules.find(({ at }) => at === "accept")?.deed)) return;
    (secure ?? meet)(socket, rules);
  });
  await listening(server, place);
  return {
    port: (server.address() as AddressInfo).port,
    releaseStalled: () => wires.forEach((wire) => wire.abandon()),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Meet = (socket: Socket, rules: readonly Rule[]) => void;

/** TLS for sockets that were accepted already, so that what is to happen before it can. */
async function createHandover(certificate: ServerCertificate, meet: Meet): Promise<Meet> {
  const { createServer } = await import("node:tls");
  // What TLS hands back is another socket, which tells only where it comes from.
  const waiting = new Map<number | undefined, readonly Rule[]>();
  const server = createServer({ ...certificate }, (socket) => {
    meet(socket.on("error", () => {}), waiting.get(socket.remotePort) ?? []);
  });
  server.on("tlsClientError", () => {});
  return (socket, rules) => {
    const { remotePort } = socket;
    waiting.set(remotePort, rules);
    socket.on("close", () => waiting.delete(remotePort));
    server.emit("connection", socket);
  };
}

function listening(server: NetServer, { port, host }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

interface Head {
  readonly path: string;
  readonly header: (name: string) => string | undefined;
  /** What came behind the head. */
  readonly early: Uint8Array;
}

/** Reads a request's head; undefined when none comes. */
function readHead(socket: Socket): Promise<Head | undefined> {
  return new Promise((resolve) => {
    let waiting = "";
    const done = (head: Head | undefined) => {
      socket.off("data", hear).off("close", leave);
      resolve(head);
    };
    const leave = () => done(undefined);
    const hear = (bytes: Uint8Array) => {
      // One character a byte, so that what follows the head can be given back as bytes.
      for (const byte of bytes) waiting += String.fromCharCode(byte);
      const end = waiting.indexOf("\r\n\r\n");
      if (end < 0 && waiting.length < longestHeadBytes) return;
      if (end < 0) socket.destroy();
      else done(headIn(waiting.slice(0, end), waiting.slice(end + 4)));
    };
    socket.on("data", hear).on("close", leave);
  });
}

function headIn(head: string, rest: string): Head {
  const [first = "", ...lines] = head.split("\r\n");
  const target = first.split(" ")[1] ?? "/";
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  }));
  return {
    path: target.split("?")[0] ?? "/",
    header: (name) => headers.get(name),
    early: Uint8Array.from(rest, (character) => character.charCodeAt(0)),
  };
}

function peerOf({ header }: Head, socket: Socket) {
  return peerFrom(header, socket.remoteAddress ?? "127.0.0.1");
}

/** Answers the upgrade; undefined: this connection comes to nothing. */
function open(
  socket: Socket,
  head: Head,
  rules: readonly Rule[],
  gateway: Host,
  createHash: typeof import("node:crypto").createHash,
): WireSocket | undefined {
  const upgrade = head.header("upgrade");
  const instead = answerInstead({ path: head.path, upgrade }, gateway, peerOf(head, socket));
  const deed = upgrade === undefined ? undefined : rules.find(({ at }) => at === "upgrade")?.deed;
  if (spoil(socket, deed)) return undefined;
  if (instead !== undefined) {
    answer(socket, instead);
    return undefined;
  }
  const key = deed?.kind === "bad-accept" ? "another key" : head.header("sec-websocket-key") ?? "";
  const accept = createHash("sha1").update(`${key}${acceptGuid}`).digest("base64");
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  return new WireSocket(socket, head.early);
}

/** Does what ends a connection before it is one. */
function spoil(socket: Socket, deed: Deed | undefined): boolean {
  if (deed?.kind === "reset") socket.resetAndDestroy();
  else if (deed?.kind === "stall") socket.pause();
  else if (deed?.kind === "bytes") socket.end(deed.bytes);
  else if (deed?.kind === "http") answer(socket, { status: deed.status, headers: {}, body: "no\n" });
  else return false;
  return true;
}

function answer(socket: Socket, { status, headers, body }: PlainAnswer): void {
  const all = { ...headers, "content-length": String(body.length), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} Status\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}
