/**
 * The stretch of a way that is not the gateway's own TCP connection: through a proxy, or into a tunnel that stands
 * already. What comes out is a stream to the gateway's port, on which TLS or HTTP begins.
 */
import type { Socket } from "node:net";
import { ClawError } from "../errors.ts";
import { connectThrough, opened } from "./connect_proxy.ts";
import { OpenRefusal } from "./upgrade.ts";
import type { Entrance, Way } from "./way.ts";

/**
 * Opens it; undefined when the way is direct.
 * @throws ClawError as `connectThrough`; `net/unreachable` when nobody is at the tunnel's entrance; the signal's reason
 */
export async function openPassage(url: URL, way: Way | undefined, signal: AbortSignal): Promise<Socket | undefined> {
  if (way?.proxy !== undefined) return await connectThrough(way.proxy, url, signal);
  return way?.entrance === undefined ? undefined : await enter(way.entrance, signal);
}

async function enter(entrance: Entrance, signal: AbortSignal): Promise<Socket> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const socket = connect({ ...entrance });
  const stop = () => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await opened(socket);
    return socket;
  } catch (thrown) {
    socket.destroy();
    signal.throwIfAborted();
    if (!(thrown instanceof OpenRefusal)) throw thrown;
    const details = { cause: "tunnel" };
    throw new ClawError("net/unreachable", `the tunnel cannot be entered: ${thrown.message}`, { details });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
