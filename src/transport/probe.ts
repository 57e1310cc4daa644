/**
 * A short look at a port: does it speak TLS, and which certificate does it present? It sends no credential and no
 * frame, and it is the only place that looks past an untrusted certificate. Never loaded on the way of a successful
 * opening, unless a certificate is pinned.
 */
import type { PeerCertificate, TLSSocket } from "node:tls";
import { type PresentedCertificate, presentedCertificate } from "./certificate.ts";
import type { OpenFailureCause } from "./open_failure.ts";
import { openPassage } from "./passage.ts";
import type { Way } from "./way.ts";

const lookMs = 1_500;

/** What stands in the way at a port. */
export interface Sight {
  readonly cause: OpenFailureCause;
  readonly detail: string;
  readonly certificate?: PresentedCertificate | undefined;
}

/** How a TLS handshake went. */
export interface Handshake {
  /** "" when all is well with it, else the system's or the TLS library's code for what went wrong. */
  readonly problem: string;
  readonly certificate: PresentedCertificate | undefined;
}

/**
 * What stands in the way at that port, or undefined when the look told nothing new.
 * @throws ClawError as `openPassage`, when the way is not direct
 */
export async function lookAtPort(url: URL, signal: AbortSignal, way?: Way): Promise<Sight | undefined> {
  if (signal.aborted) return undefined;
  const isTls = url.protocol === "wss:";
  const { problem, certificate } = await shakeHands(url, signal, way, lookMs);
  if (problem === "ECONNREFUSED") return { cause: "refused", detail: "" };
  if (!isTls) {
    if (certificate !== undefined) return { cause: "tls-wanted", detail: "" };
    // A port that hangs up on everybody, as it looks from a handshake that it cut.
    return problem === "ECONNRESET" ? { cause: "reset", detail: "" } : undefined;
  }
  if (certificate !== undefined) {
    return problem === "" ? undefined : { cause: "tls-untrusted", detail: problem, certificate };
  }
  if (problem === "ERR_SSL_WRONG_VERSION_NUMBER" || problem === "EPROTO") return { cause: "tls-unwanted", detail: "" };
  return undefined;
}

/**
 * The certificate that the port presents, whoever vouches for it; undefined when it presents none. A busy gateway is
 * waited for until the signal is aborted: without this look the connection cannot be made. @throws as `lookAtPort`
 */
export async function lookAtCertificate(
  url: URL,
  signal: AbortSignal,
  way: Way,
): Promise<PresentedCertificate | undefined> {
  return (await shakeHands(url, signal, way, 0)).certificate;
}

/** The certificate, and what stands against it where nothing is pinned. @throws as `lookAtPort` */
export async function examineCertificate(url: URL, signal: AbortSignal, way: Way): Promise<Handshake> {
  return await shakeHands(url, signal, way, 0);
}

/** @param timeoutMs 0: none but the signal's */
async function shakeHands(
  url: URL,
  signal: AbortSignal,
  way: Way | undefined,
  timeoutMs: number,
): Promise<Handshake> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const tunnel = await openPassage(url, way, signal);
  // Not at the top: the compiled program would load it at every start.
  const { checkServerIdentity, connect } = await import("node:tls");
  if (signal.aborted) {
    tunnel?.destroy();
    return { problem: "ABORTED", certificate: undefined };
  }
  const socket = connect({
    ...(tunnel === undefined ? {} : { socket: tunnel }),
    host,
    port: Number(url.port || (url.protocol === "wss:" ? 443 : 80)),
    rejectUnauthorized: false,
    ...(way?.ca === undefined ? {} : { ca: way.ca }),
    ...(isName(host) ? { servername: host } : {}),
  });
  return await new Promise<Handshake>((resolve) => {
    const stop = () => fail("ABORTED");
    const finish = (handshake: Handshake) => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(handshake);
    };
    const fail = (problem: string) => finish({ problem, certificate: undefined });
    socket.setTimeout(timeoutMs, () => fail("ETIMEDOUT"));
    signal.addEventListener("abort", stop, { once: true });
    socket.once("secureConnect", () => finish(judge(socket, (peer) => checkServerIdentity(host, peer) === undefined)));
    socket.once("close", () => fail("ECONNRESET"));
    // Kept for good: an error that comes later must find a listener.
    socket.on("error", (error: Error & { code?: string }) => fail(error.code ?? error.message));
  });
}

function judge(socket: TLSSocket, fits: (peer: PeerCertificate) => boolean): Handshake {
  const certificate = presentedCertificate(socket);
  if (!socket.authorized) {
    // Declared as an Error, but a code in all runtimes.
    const said: unknown = socket.authorizationError;
    return {
      problem: said instanceof Error ? (said as { code?: string }).code ?? said.message : String(said),
      certificate,
    };
  }
  return { problem: fits(socket.getPeerCertificate()) ? "" : "ERR_TLS_CERT_ALTNAME_INVALID", certificate };
}

/** TLS server names are names: an address must not be sent as one (RFC 6066 §3). */
export function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(":");
}
