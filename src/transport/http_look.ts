/**
 * A look at a gateway's plain HTTP pages, such as `/readyz`, for who wants to know why its WebSocket does not answer.
 * No credential is sent, and nothing is read but the status.
 */
import { askOver, OpenRefusal } from "./upgrade.ts";

/** The status of a page of the WebSocket's own host and port; undefined when there is none, or it speaks TLS. */
export async function lookAtPage(url: URL, path: string, signal: AbortSignal): Promise<number | undefined> {
  if (url.protocol !== "ws:" || signal.aborted) return undefined;
  const { connect } = await import("node:net");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(url.port || 80) });
  // Kept for good: an error that comes later must find a listener.
  socket.on("error", () => {});
  const stop = () => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const answer = await askOver(socket, [`GET ${path} HTTP/1.1`, `Host: ${url.host}`, "Connection: close"]);
    return answer.status;
  } catch (thrown) {
    if (thrown instanceof OpenRefusal) return undefined;
    throw thrown;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}
