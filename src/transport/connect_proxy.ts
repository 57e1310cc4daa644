/**
 * A tunnel to a gateway through an HTTP proxy (RFC 9110 §9.3.6). The proxy learns the gateway's host and port, and its
 * own credential; what goes through the tunnel is TLS, which it cannot read. Whether a proxy is used is decided in
 * `settings/proxy.ts`.
 */
import type { Socket } from "node:net";
import { ClawError } from "../errors.ts";
import { hostOf, judge } from "./open_failure.ts";
import { type Answer, askOver, OpenRefusal } from "./upgrade.ts";
import type { ProxyAddress } from "./way.ts";

/**
 * Opens a tunnel to the URL's host and port.
 * @throws ClawError `net/unreachable` or `net/upgrade`, naming the proxy
 */
export async function connectThrough(proxy: ProxyAddress, url: URL, signal: AbortSignal): Promise<Socket> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const socket = connect({ host: proxy.host, port: proxy.port });
  const stop = () => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await opened(socket);
    const target = hostOf(url);
    const answer = await askOver(socket, [
      `CONNECT ${target} HTTP/1.1`,
      `Host: ${target}`,
      ...(proxy.authorization === undefined ? [] : [`Proxy-Authorization: ${proxy.authorization}`]),
    ]);
    if (answer.status < 200 || answer.status > 299) throw refusal(proxy, url, answer);
    return socket;
  } catch (thrown) {
    socket.destroy();
    signal.throwIfAborted();
    throw thrown instanceof OpenRefusal ? absence(proxy, thrown) : thrown;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Resolves when the socket is open. @throws OpenRefusal */
export function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve());
    // Kept for good: an error after the opening must find a listener.
    socket.on("error", (error: Error & { code?: string }) => {
      reject(new OpenRefusal({ code: error.code ?? "", text: error.message }));
    });
    // A socket that is destroyed without a reason says no more than this.
    socket.once("close", () => reject(new OpenRefusal({ code: "ECONNRESET", text: "connection closed" })));
  });
}

/** The proxy itself did not answer. */
function absence(proxy: ProxyAddress, { report }: OpenRefusal): ClawError {
  const { cause, detail } = judge(report);
  const words = cause === "unknown" ? detail : { refused: "connection refused", dns: "unknown name" }[cause as string];
  return new ClawError("net/unreachable", `the proxy ${proxy.shown} cannot be used: ${words ?? "no HTTP answer"}`, {
    hint: `it comes from ${proxy.from}; --proxy none connects directly`,
    details: { cause, proxy: proxy.shown },
  });
}

/** The proxy answered, and opened no tunnel. */
function refusal(proxy: ProxyAddress, url: URL, { status }: Answer): ClawError {
  const isGatewayAbsent = status === 502 || status === 504;
  const message = status === 407
    ? `the proxy ${proxy.shown} wants ${proxy.authorization === undefined ? "a login" : "another login"} (HTTP 407)`
    : `the proxy ${proxy.shown} answered HTTP ${status} instead of connecting to ${hostOf(url)}`;
  const hint = status === 407
    ? `give user and password in the proxy's URL, in ${proxy.from}`
    : `the proxy comes from ${proxy.from}; --proxy none connects directly`;
  return new ClawError(isGatewayAbsent ? "net/unreachable" : "net/upgrade", message, {
    hint,
    details: { cause: "proxy", httpStatus: status, proxy: proxy.shown },
  });
}
