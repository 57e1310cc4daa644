/**
 * Opens a connection over a TLS socket of its own, where a certificate is pinned, a certificate authority is given, or a
 * proxy or a tunnel is used: no runtime's WebSocket can tell which certificate it met. The certificate is judged on the very connection that is
 * used, before a byte of HTTP leaves. The same code serves every runtime. Loaded only when it is needed.
 */
import type { Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { ClawError } from "../errors.ts";
import { presentedCertificate } from "./certificate.ts";
import { changedCertificate } from "./certificate_failure.ts";
import { hostOf, openFailure } from "./open_failure.ts";
import { openPassage } from "./passage.ts";
import { isName, lookAtCertificate } from "./probe.ts";
import { adaptStream } from "./stream_transport.ts";
import type { Transport } from "./transport.ts";
import { OpenRefusal, upgradeStream } from "./upgrade.ts";
import type { Pin, Way } from "./way.ts";

/** How far an opening has come: each is told when it is done. A name that needs no looking up has no `dns`. */
export type OpenStep = "dns" | "tcp" | "tls" | "upgrade";

/** Opens a socket as `openWebSocket` does. @param onStep is told of each step that is done @throws the same */
export async function openGuarded(
  url: URL,
  way: Way,
  signal: AbortSignal,
  onStep: (step: OpenStep) => void = () => {},
): Promise<Transport> {
  let socket: Socket | undefined;
  let isSecured = false;
  const stop = () => void socket?.destroy(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const anchors = await anchorsFor(url, way, signal);
    signal.throwIfAborted();
    const tunnel = await openPassage(url, way, signal);
    socket = tunnel;
    if (tunnel !== undefined) onStep("tcp");
    socket = await open(url, way, anchors, tunnel);
    signal.throwIfAborted();
    tell(socket, tunnel === undefined ? ["dns", "tcp", "tls"] : ["tls"], onStep);
    // A tunnel to plain WebSocket is open as it stands.
    if (socket !== tunnel) await settled(socket, url.protocol === "wss:" ? "secureConnect" : "connect");
    isSecured = url.protocol === "wss:";
    if (way.pin !== undefined) comparePin(url, way.pin, socket as TLSSocket);
    const early = await upgradeStream(socket, url, (length) => way.randomBytes(length));
    onStep("upgrade");
    return adaptStream(socket, early, (length) => way.randomBytes(length));
  } catch (thrown) {
    socket?.destroy();
    signal.throwIfAborted();
    if (thrown instanceof OpenRefusal) throw await openFailure(url, { ...thrown.report, isSecured }, signal, way);
    throw thrown;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Whom the connection may trust, in PEM. With a pin that is the certificate that the port presents, when it is the
 * pinned one: so the TLS library itself checks that the other end has its key, and nothing is switched off.
 */
async function anchorsFor(url: URL, way: Way, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const { pin, ca } = way;
  const own = ca === undefined ? undefined : [ca];
  if (pin === undefined) return own;
  const certificate = await lookAtCertificate(url, signal, way);
  // The look told nothing: the connection itself will say what stands in the way.
  if (certificate === undefined) return own;
  if (certificate.fingerprint !== pin.fingerprint) throw changedCertificate(hostOf(url), pin, certificate);
  return [certificate.pem, ...own ?? []];
}

async function open(
  url: URL,
  { pin }: Way,
  anchors: readonly string[] | undefined,
  tunnel: Socket | undefined,
): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "wss:";
  const port = Number(url.port || (isTls ? 443 : 80));
  // Node's modules are loaded here and not at the top: the compiled program would load them at every start.
  if (!isTls) return tunnel ?? (await import("node:net")).connect({ host, port });
  const { connect } = await import("node:tls");
  const trust = {
    // Said aloud, or NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would turn it off.
    rejectUnauthorized: true,
    ...(anchors === undefined ? {} : { ca: [...anchors] }),
    // A pinned certificate need not be self-signed. Deno knows no such option: there it then needs its CA too.
    allowPartialTrustChain: pin !== undefined,
    ...(pin === undefined ? {} : { checkServerIdentity: (_: string, peer: PeerCertificate) => misfit(pin, peer) }),
  };
  const target = tunnel === undefined ? { host, port } : { socket: tunnel, host };
  return connect({ ...target, ...(isName(host) ? { servername: host } : {}), ...trust });
}

/** Stands in for the check of the name. */
function misfit(pin: Pin, { fingerprint256 }: PeerCertificate): Error | undefined {
  return fingerprint256 === pin.fingerprint ? undefined : new Error("the certificate is not the pinned one");
}

/** The last word: the certificate of this connection. @throws ClawError `net/tls` */
function comparePin(url: URL, pin: Pin, socket: TLSSocket): void {
  const certificate = presentedCertificate(socket);
  if (certificate === undefined) {
    throw new ClawError("net/tls", `${hostOf(url)} presented no certificate, but one is pinned (${pin.from})`);
  }
  if (certificate.fingerprint !== pin.fingerprint) throw changedCertificate(hostOf(url), pin, certificate);
}

const stepEvents = { dns: "lookup", tcp: "connect", tls: "secureConnect" } as const;

function tell(socket: Socket, steps: readonly (keyof typeof stepEvents)[], onStep: (step: OpenStep) => void): void {
  for (const step of steps) {
    // A name that is not found has a `lookup` too.
    socket.once(stepEvents[step], (failure: unknown) => {
      if (!(failure instanceof Error)) onStep(step);
    });
  }
}

function settled(socket: Socket, ready: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(ready, () => resolve());
    const refuse = (code: string, text: string) => reject(new OpenRefusal({ code, text }));
    // Kept for good: an error after the opening must find a listener.
    socket.on("error", (error: Error & { code?: string }) => refuse(error.code ?? "", error.message));
    socket.once("close", () => refuse("ECONNRESET", "connection closed before it was open"));
  });
}
