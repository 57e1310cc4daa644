/**
 * The HTTP upgrade to WebSocket over a stream that is open already (RFC 6455 §4.1), and the reading of an HTTP answer's
 * head, which a proxy's CONNECT needs too. No Origin header and no extension is offered, as in `web_socket.ts`.
 */
import type { Duplex } from "node:stream";
import type { OpenReport } from "./open_failure.ts";

/** The end of an HTTP answer's head, and what came behind it. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; of several of one name, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly rest: Uint8Array;
}

/** Why a connection could not be opened, as the runtimes report it: read by `open_failure.ts`. */
export class OpenRefusal extends Error {
  readonly report: OpenReport;

  constructor(report: OpenReport) {
    super(report.text);
    this.report = report;
  }
}

/** RFC 6455 §1.3. */
const acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const longestHeadBytes = 16_384;

/**
 * Asks for the upgrade. @returns the bytes that came right behind the answer
 * @throws OpenRefusal
 */
export async function upgradeStream(
  stream: Duplex,
  url: URL,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const key = btoa(String.fromCharCode(...randomBytes(16)));
  const { status, headers, rest } = await askOver(stream, [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
  ]);
  if (status !== 101) throw new OpenRefusal({ code: "", text: `Expected 101 status code: ${status}` });
  // Not at the top: the compiled program would load it at every start, and so for the other modules of Node here.
  const { createHash } = await import("node:crypto");
  const accept = createHash("sha1").update(`${key}${acceptGuid}`).digest("base64");
  if (headers.get("upgrade")?.toLowerCase() !== "websocket" || headers.get("sec-websocket-accept") !== accept) {
    throw new OpenRefusal({ code: "HPE_INVALID_UPGRADE", text: "the answer to the upgrade is no WebSocket's" });
  }
  return rest;
}

/** Sends the head of a request and reads the head of its answer. @throws OpenRefusal */
export async function askOver(stream: Duplex, lines: readonly string[]): Promise<Answer> {
  stream.write([...lines, "", ""].join("\r\n"));
  return await new Promise<Answer>((resolve, reject) => {
    let waiting = "";
    const leave = () => void stream.off("data", hear).off("error", fail).off("end", end).off("close", end);
    const refuse = (code: string, text: string) => {
      leave();
      reject(new OpenRefusal({ code, text }));
    };
    const fail = (error: Error & { code?: string }) => refuse(error.code ?? "", error.message);
    const end = () => refuse("ECONNRESET", "connection closed before its answer");
    const hear = (bytes: Uint8Array) => {
      // One character a byte, so that what follows the head can be given back as bytes.
      waiting += Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      const at = waiting.indexOf("\r\n\r\n");
      if (!waiting.startsWith("HTTP/1.".slice(0, waiting.length))) return refuse("HPE_INVALID_CONSTANT", "no HTTP");
      if (at < 0) return waiting.length > longestHeadBytes ? refuse("HPE_HEADER_OVERFLOW", "no end") : undefined;
      stream.pause();
      leave();
      resolve(readHead(waiting.slice(0, at), waiting.slice(at + 4)));
    };
    stream.on("data", hear).on("error", fail).on("end", end).on("close", end).resume();
  });
}

function readHead(head: string, rest: string): Answer {
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers, rest: Uint8Array.from(rest, (character) => character.charCodeAt(0)) };
}
