/**
 * A transport over the runtime's own WebSocket, dialled or accepted. Compression is not offered: no gateway negotiates
 * it, and it costs more than it saves. No Origin header is ever sent: with one the gateway takes us for a browser.
 * Why an opening failed is `open_failure.ts`'s concern. Next: `client/dial.ts`.
 */
import { ClawError } from "../errors.ts";
import { Inbox } from "./inbox.ts";
import { openFailure, type OpenReport, violationIn } from "./open_failure.ts";
import type { Closed, Transport } from "./transport.ts";
import type { Way } from "./way.ts";

/** Bun and Deno take their own options where the standard has only `protocols`. */
interface DialOptions {
  readonly perMessageDeflate: false;
  readonly tls: { readonly rejectUnauthorized: true };
}
type DialingWebSocket = new (url: string, options: DialOptions) => WebSocket;

/**
 * Opens a socket: TCP, TLS and the HTTP upgrade.
 * @throws ClawError `net/unreachable`, `net/tls` or `net/upgrade`, with `details.cause` an `OpenFailureCause`; or the
 * signal's reason when it is aborted first
 */
export async function openWebSocket(url: URL, signal: AbortSignal, way?: Way): Promise<Transport> {
  signal.throwIfAborted();
  if (way !== undefined && needsOwnSocket(way)) {
    const { openGuarded } = await import("./guarded_dial.ts");
    return await openGuarded(url, way, signal);
  }
  const socket = new (WebSocket as unknown as DialingWebSocket)(url.href, {
    perMessageDeflate: false,
    // Said aloud, or NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would turn it off under Bun.
    tls: { rejectUnauthorized: true },
  });
  let report: OpenReport = { code: "", text: "" };
  socket.addEventListener("error", (event) => (report = reportOf(event)));
  const transport = adaptWebSocket(socket);
  const isOpen = await new Promise<boolean>((resolve, reject) => {
    const stop = () => {
      socket.close();
      reject(signal.reason);
    };
    const settle = (opened: boolean) => {
      signal.removeEventListener("abort", stop);
      resolve(opened);
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.onopen = () => settle(true);
    transport.closed.then(() => settle(false));
  });
  if (!isOpen) throw await openFailure(url, report, signal, way);
  return transport;
}

/** Deno's WebSocket takes a proxy from the environment, for gateways on loopback too; whether to is not its to decide. */
function needsOwnSocket({ pin, ca, proxy, entrance }: Way): boolean {
  const { env } = (globalThis as { Deno?: { env: { has(name: string): boolean } } }).Deno ?? {};
  const isDiverted = () =>
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) => env?.has(name) || env?.has(name.toLowerCase()));
  return (pin ?? ca ?? proxy ?? entrance) !== undefined || (env !== undefined && isDiverted());
}

/** Makes a transport of a socket whose listeners nobody else needs; it may still be connecting. */
export function adaptWebSocket(socket: WebSocket): Transport {
  const inbox = new Inbox();
  socket.binaryType = "arraybuffer";
  socket.addEventListener("error", (event) => {
    const violation = violationIn(reportOf(event));
    if (violation === undefined) return;
    const message = `the other end broke the WebSocket protocol: ${violation}`;
    inbox.fail(new ClawError("protocol/bad-frame", message, { details: { reason: "not-websocket" } }));
  });
  socket.onmessage = ({ data }) => inbox.put(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer));
  const closed = new Promise<Closed>((resolve) => {
    socket.onclose = ({ code, reason }) => {
      inbox.end();
      // Deno says 0 where RFC 6455 §7.1.5 and Bun say 1006: no close frame came.
      resolve({ code: code === 0 ? 1006 : code, reason });
    };
  });
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    receive: (signal) => inbox.take(signal),
    // A browser-like WebSocket lets a program close only with 1000 or 3000 to 4999; others say 1000.
    close: (code = 1000, reason = "") => {
      if (socket.readyState <= WebSocket.OPEN) socket.close(code === 1000 || code >= 3000 ? code : 1000, reason);
    },
    closed,
  };
}

function reportOf(event: Event): OpenReport {
  const { message = "", error } = event as ErrorEvent;
  return { code: String((error as { code?: unknown } | undefined)?.code ?? ""), text: message };
}
