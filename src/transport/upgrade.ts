/**
 * The HTTP upgrade to WebSocket over a stream that is open already (RFC 6455 §4.1), and the reading of an HTTP answer's
 * head, which a proxy's CONNECT needs too. No Origin header and no extension is offered, as in `web_socket.ts`.
 */
import type { Duplex } from "node:stream";
import type { OpenReport } from "./open_failure.ts";

/** The end of an HTTP answer's head, and what came behind it. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; several of one name are one list (RFC 9110 §5.3). */
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
  // Not at the top: the compiled program would load it at every start, and so for the other modules of Node here. Before
  // the question, so that nothing can happen to the stream between its answer and who reads on.
  const { createHash } = await import("node:crypto");
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
  const accept = createHash("sha1").update(`${key}${acceptGuid}`).digest("base64");
  if (headers.get("sec-websocket-accept") !== accept || !agrees(headers)) {
    throw new OpenRefusal({ code: "HPE_INVALID_UPGRADE", text: "the answer to the upgrade is no WebSocket's" });
  }
  return rest;
}

/** RFC 6455 §4.1: what the answer must say, and what it must not, since it was not offered. */
function agrees(headers: ReadonlyMap<string, string>): boolean {
  const isUpgraded = headers.get("connection")?.toLowerCase().split(/[\s,]+/).includes("upgrade") ?? false;
  const isUninvited = headers.has("sec-websocket-extensions") || headers.has("sec-websocket-protocol");
  return isUpgraded && !isUninvited && headers.get("upgrade")?.toLowerCase() === "websocket";
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
      if (Math.max(at, at < 0 ? waiting.length : 0) > longestHeadBytes) return refuse("HPE_HEADER_OVERFLOW", "no end");
      if (at < 0) return;
      const answer = readHead(waiting.slice(0, at), waiting.slice(at + 4));
      if (answer === undefined) return refuse("HPE_INVALID_CONSTANT", "no HTTP");
      stream.pause();
      leave();
      resolve(answer);
    };
    stream.on("data", hear).on("error", fail).on("end", end).on("close", end).resume();
  });
}

/** Undefined when the first line is no status line. */
function readHead(head: string, rest: string): Answer | undefined {
  const [first = "", ...lines] = head.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, Math.max(colon, 0)).toLowerCase(), line.slice(colon + 1).trim()];
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    status: Number(status),
    headers,
    rest: Uint8Array.from(rest, (character) => character.charCodeAt(0)),
  };
}
