/**
 * Why a socket did not open, said in one vocabulary for both runtimes. Bun reports codes, Deno sentences; what neither
 * can tell (a plain `ws://` to a TLS port looks like a reset) is found out by a short look at the port (`probe.ts`),
 * which carries no credential. Only failures come here: the way of a successful opening loads none of it.
 */
import { ClawError, type ErrorCode } from "../errors.ts";
import type { Way } from "./way.ts";

/** What stood in the way; `details.cause` of the error. */
export type OpenFailureCause =
  | "refused"
  | "dns"
  | "reset"
  | "http-status"
  | "not-http"
  | "not-websocket"
  | "tls-untrusted"
  | "tls-expired"
  | "tls-wrong-host"
  | "tls-changed"
  | "tls-wanted"
  | "tls-unwanted"
  | "unknown";

/** What the runtime said: a node-style code where it has one, and its sentence. */
export interface OpenReport {
  readonly code: string;
  readonly text: string;
  /** Whether TLS stood already, so that a look at the certificate cannot explain it. */
  readonly isSecured?: boolean;
}

interface Sentence {
  readonly code: ErrorCode;
  readonly text: (url: URL, detail: string) => string;
  readonly hint?: (url: URL, detail: string) => string;
}

/** Said only when the certificate itself could not be looked at; else `certificate_failure.ts` says more. */
const untrusted: Sentence = {
  code: "net/tls",
  text: (url, problem) => `the certificate of ${hostOf(url)} is not trusted (${problem})`,
  hint: () =>
    "use a name and a certificate that this machine trusts, or go to the gateway's own machine with --ssh USER@HOST",
};

const sentences: Record<OpenFailureCause, Sentence> = {
  "refused": { code: "net/unreachable", text: (url) => `nothing listens on ${hostOf(url)} (connection refused)` },
  "dns": {
    code: "net/unreachable",
    text: (url) => `the name ${url.hostname} cannot be resolved`,
    hint: () => "check the spelling, and the network's name service",
  },
  "reset": { code: "net/unreachable", text: (url) => `${hostOf(url)} cut the connection before it was open` },
  "http-status": {
    code: "net/upgrade",
    text: (url, status) => `${hostOf(url)} answered HTTP ${status} instead of opening a WebSocket`,
    hint: (_, status) => hintForStatus(status),
  },
  "not-http": {
    code: "net/upgrade",
    text: (url) => `${hostOf(url)} does not speak HTTP`,
    hint: () => "another service has that port: check it with `claw status`",
  },
  "not-websocket": {
    code: "net/upgrade",
    text: (url) => `${hostOf(url)} agreed to open a WebSocket, but not as RFC 6455 asks for`,
    hint: () => "is that the gateway's address? a reverse proxy must pass WebSocket upgrades on",
  },
  "tls-untrusted": untrusted,
  "tls-expired": untrusted,
  "tls-wrong-host": untrusted,
  "tls-changed": untrusted,
  "tls-wanted": {
    code: "net/tls",
    text: (url) => `${hostOf(url)} speaks TLS only`,
    hint: (url) => `use wss://${url.host}`,
  },
  "tls-unwanted": {
    code: "net/tls",
    text: (url) => `${hostOf(url)} does not speak TLS`,
    hint: (url) => `use ws://${url.host}`,
  },
  "unknown": { code: "net/unreachable", text: (url, said) => `cannot open a connection to ${hostOf(url)}: ${said}` },
};

/** The error for a failed opening. */
export async function openFailure(url: URL, report: OpenReport, signal: AbortSignal, way?: Way): Promise<ClawError> {
  let { cause, detail } = judge(report);
  const isUnclear = ["reset", "unknown", "not-http", "tls-untrusted"].includes(cause) || isVague(report);
  if (isUnclear && report.isSecured !== true) {
    const { lookAtPort } = await import("./probe.ts");
    const seen = await lookAtPort(url, signal, way);
    if (seen?.certificate !== undefined) {
      const { changedCertificate, untrustedCertificate } = await import("./certificate_failure.ts");
      const { detail: problem, certificate } = seen;
      const pin = way?.pin;
      if (pin !== undefined && pin.fingerprint !== certificate.fingerprint) {
        return changedCertificate(hostOf(url), pin, certificate);
      }
      const isPinned = pin !== undefined;
      const sight = { certificate, problem, nowMs: way?.now() ?? 0, isPinned, context: way?.context };
      return untrustedCertificate(hostOf(url), sight);
    }
    if (seen !== undefined) ({ cause, detail } = seen);
  }
  const sentence = sentences[cause];
  const hint = sentence.hint?.(url, detail);
  return new ClawError(sentence.code, sentence.text(url, detail), {
    ...(hint === undefined ? {} : { hint }),
    details: { cause, ...(cause === "http-status" ? { httpStatus: Number(detail) } : {}) },
  });
}

/** Reads one report. Exported for its table test: the sentences of both runtimes. */
export function judge({ code, text }: OpenReport): { cause: OpenFailureCause; detail: string } {
  const status = /status code: (\d{3})/.exec(text)?.[1];
  if (status !== undefined) return { cause: "http-status", detail: status };
  if (code === "ECONNREFUSED" || text.includes("tcp connect error")) return { cause: "refused", detail: "" };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || text.includes("dns error")) return { cause: "dns", detail: "" };
  if (code === "EPROTO" || text.includes("InvalidContentType")) return { cause: "tls-unwanted", detail: "" };
  if (code === "HPE_INVALID_UPGRADE" || /header|websocket extension|client protocol/i.test(text)) {
    return { cause: "not-websocket", detail: "" };
  }
  if (code.startsWith("HPE_") || text.includes("HTTP version parsed")) return { cause: "not-http", detail: "" };
  if (/CERT|SIGNATURE|ISSUER/.test(code)) return { cause: "tls-untrusted", detail: code };
  if (code === "ECONNRESET" || /connection (error|closed)|reset by peer/i.test(text)) {
    return { cause: "reset", detail: "" };
  }
  return { cause: "unknown", detail: text || code || "no reason given" };
}

/**
 * What the other end sent over an open socket that WebSocket does not allow; undefined when the report is about something
 * else. Both runtimes then cut the connection, as if it had been dropped.
 */
export function violationIn({ code, text }: OpenReport): string | undefined {
  if (code.startsWith("WS_ERR_")) return text.replace(/^.* failed: /, "");
  return /^(Invalid|Reserved bits|Control frame|Ping frame|Frame too large)/.test(text) ? text : undefined;
}

/**
 * Deno retries a TLS handshake that failed as HTTP/2 and then reports only that; it also calls a connection that was
 * reset at once a failed connect, as if it had been refused.
 */
function isVague({ text }: OpenReport): boolean {
  return text.includes("NoApplicationProtocol") || text.includes("tcp connect error");
}

function hintForStatus(status: string): string {
  if (status === "503") return "the gateway is starting, stopping or crowded: wait for it with --retry 60s";
  if (status === "401" || status === "403") {
    return "a proxy in front of the gateway wants a login of its own: use the gateway's own address";
  }
  if (status === "502" || status === "504") {
    return "a proxy in front of the gateway does not reach it: if it is starting, wait for it with --retry 60s";
  }
  if (status.startsWith("5")) return "what answers there failed: find out what it is with `claw doctor`";
  return "is that the gateway's address? a reverse proxy must pass WebSocket upgrades on";
}

/** Host and port, for people. */
export function hostOf(url: URL): string {
  const port = url.port === "" ? (url.protocol === "wss:" ? "443" : "80") : url.port;
  return `${url.hostname}:${port}`;
}
