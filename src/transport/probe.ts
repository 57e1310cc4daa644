/**
 * A short look at a port after an opening failed for no clear reason: does it speak TLS, and is its certificate trusted?
 * It sends no credential and no frame, and it is the only place that looks past an untrusted certificate. Never loaded
 * on the way of a successful opening.
 */
import type { OpenFailureCause } from "./open_failure.ts";

const lookMs = 1_500;

type Sight = { readonly cause: OpenFailureCause; readonly detail: string };

/** What stands in the way at that port, or undefined when the look told nothing new. Never throws. */
export async function lookAtPort(url: URL, signal: AbortSignal): Promise<Sight | undefined> {
  if (signal.aborted) return undefined;
  const isTls = url.protocol === "wss:";
  const problem = await tlsProblemOf(url, isTls, signal).catch(() => "unknown");
  if (problem === "ECONNREFUSED") return { cause: "refused", detail: "" };
  if (!isTls) return problem === "" ? { cause: "tls-wanted", detail: "" } : seenPlainly(problem);
  if (/CERT|SIGNATURE|ISSUER/.test(problem)) return { cause: "tls-untrusted", detail: problem };
  if (problem === "ERR_SSL_WRONG_VERSION_NUMBER" || problem === "EPROTO") return { cause: "tls-unwanted", detail: "" };
  return undefined;
}

/** A port that hangs up on everybody, as it looks from a handshake that it cut. */
function seenPlainly(problem: string): Sight | undefined {
  return problem === "ECONNRESET" ? { cause: "reset", detail: "" } : undefined;
}

/** "" when a TLS handshake succeeds, else the system's or the TLS library's code for what went wrong. */
async function tlsProblemOf(url: URL, mustTrust: boolean, signal: AbortSignal): Promise<string> {
  const { connect } = await import("node:tls");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (url.protocol === "wss:" ? 443 : 80));
  return await new Promise<string>((resolve) => {
    const socket = connect({
      host,
      port,
      rejectUnauthorized: mustTrust,
      ...(isName(host) ? { servername: host } : {}),
    });
    const finish = (problem: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(lookMs, () => finish("ETIMEDOUT"));
    signal.addEventListener("abort", () => finish("ABORTED"), { once: true });
    socket.once("secureConnect", () => finish(""));
    socket.once("close", () => finish("ECONNRESET"));
    socket.once("error", (error: Error & { code?: string }) => finish(error.code ?? error.message));
  });
}

/** TLS server names are names: an address must not be sent as one (RFC 6066 §3). */
function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(":");
}
