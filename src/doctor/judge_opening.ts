/**
 * Why no WebSocket stands: rows of DNS, TCP, TLS and the HTTP upgrade. What stood in the way is `details.cause`, as
 * `transport/open_failure.ts` names it. Pure.
 */
import type { Target, Way, WayFailure } from "./evidence.ts";
import { type Finding, finding, type Told } from "./finding.ts";

interface Scene {
  readonly failed: WayFailure;
  readonly target: Target;
  readonly way: Way;
}
type Row = (scene: Scene) => Told & { readonly id: string };

const hostStatus = { command: "openclaw gateway status --deep", where: "gateway host" } as const;

const byCause: Readonly<Record<string, Row>> = {
  "dns": (scene) => scene.target.ssh === undefined ? unresolved(scene) : bySsh(scene),
  "refused": ({ target }) => ({
    id: "NET-REFUSED",
    cause: `nothing listens on ${target.host}:${target.port}: the gateway is down, or has another port`,
    ...hostStatus,
    ...(target.isLoopback ? { where: "here" } : {}),
  }),
  "reset": ({ target }) => ({
    id: "NET-RESET",
    cause:
      `${target.host}:${target.port} takes connections and cuts them at once: the gateway just died, or something ` +
      "else has the port",
    ...hostStatus,
  }),
  "tls-untrusted": (scene) => untrusted("TLS-UNTRUSTED", scene),
  "tls-wrong-host": (scene) => untrusted("TLS-HOST", scene),
  "tls-expired": ({ failed }) => ({
    id: "TLS-EXPIRED",
    cause: failed.error.message,
    command: "openclaw gateway restart",
    where: "gateway host",
  }),
  "tls-changed": ({ failed }) => ({
    id: "TLS-CHANGED",
    cause: failed.error.message,
    command: "openssl x509 -in ~/.openclaw/gateway/tls/gateway-cert.pem -noout -fingerprint -sha256",
    where: "gateway host",
  }),
  "tls-wanted": ({ target }) => ({
    id: "TLS-WANTED",
    cause: `${target.host}:${target.port} speaks TLS only, and ${target.from} says ws://`,
    command: `claw status --url wss://${target.host}:${target.port}`,
  }),
  "tls-unwanted": ({ target }) => ({
    id: "TLS-UNWANTED",
    cause: `${target.host}:${target.port} does not speak TLS, and ${target.from} says wss://`,
    command: `claw status --url ws://${target.host}:${target.port}`,
  }),
  "not-http": ({ target }) => ({
    id: "HTTP-NONE",
    cause: `${target.host}:${target.port} does not speak HTTP: another service has that port`,
    ...hostStatus,
  }),
  "not-websocket": ({ target }) => ({
    id: "HTTP-NO-WEBSOCKET",
    cause: `${target.host}:${target.port} agreed to a WebSocket, but not as RFC 6455 asks for: a proxy is between`,
    ...hostStatus,
  }),
  "ssh": (scene) => bySsh(scene),
  "proxy": ({ failed }) => ({ id: "NET-PROXY", cause: failed.error.message, command: "claw doctor --proxy none" }),
  "http-status": (scene) => byStatus(scene),
};

function unresolved({ target }: Scene): ReturnType<Row> {
  return {
    id: "NET-DNS",
    cause: `the name ${target.host} cannot be resolved: it is misspelt, or its name service (MagicDNS, a VPN's) is off`,
    command: "claw status --url wss://HOST",
  };
}

/** What ssh itself met on its way. */
function bySsh({ failed, target }: Scene): ReturnType<Row> {
  return { id: "NET-SSH", cause: failed.error.message, command: `ssh -v ${target.ssh ?? "HOST"} true` };
}

function untrusted(id: string, { failed, target }: Scene): ReturnType<Row> {
  const { fingerprint } = failed.error.details;
  const pin = typeof fingerprint === "string" ? fingerprint : "SHA256";
  const name = target.context;
  return {
    id,
    cause: `${failed.error.message}: pin it only after you compared that with what the gateway host has`,
    command: name === undefined ? `claw doctor --tls-fingerprint ${pin}` : `claw context trust ${name}`,
  };
}

function byStatus({ failed, target, way }: Scene): ReturnType<Row> {
  const status = Number(failed.error.details["httpStatus"]);
  const answered = `${target.host}:${target.port} answered HTTP ${status} instead of opening a WebSocket`;
  if (status === 503) {
    const isLive = way.http?.healthz === 200 ? "; it is alive, and not ready" : "";
    return {
      id: "HTTP-503",
      cause: `${answered}: the gateway is starting, stopping or crowded${isLive}`,
      command: "claw doctor --watch",
    };
  }
  if (status === 401 || status === 403) {
    return {
      id: "HTTP-AUTH",
      cause: `${answered}: a proxy in front of the gateway wants a login of its own, or the gateway trusts no ` +
        "forwarded headers from it",
      command: "openclaw config get gateway.trustedProxies",
      where: "gateway host",
    };
  }
  if (status >= 500) return failedServer(status, answered);
  const proxy = "a reverse proxy passes no WebSocket upgrades on";
  if (/^wss?:\/\/[^/]*\/?$/.test(target.url)) {
    return { id: "HTTP-STATUS", cause: `${answered}: ${proxy}, or another program has that port`, ...hostStatus };
  }
  return {
    id: "HTTP-STATUS",
    cause: `${answered}: ${proxy}, or the path is wrong`,
    command: `claw status --url ${target.isTls ? "wss" : "ws"}://${target.host}:${target.port}`,
  };
}

/** 502 and 504 are a proxy's words for what is behind it. */
function failedServer(status: number, answered: string): ReturnType<Row> {
  if (status === 502 || status === 504) {
    const cause = "a proxy in front does not reach the gateway, which is down, or elsewhere than the proxy thinks";
    return { id: "HTTP-BEHIND", cause: `${answered}: ${cause}`, ...hostStatus };
  }
  return {
    id: "HTTP-FAILED",
    cause: `${answered}: what answers there, a proxy or the gateway, failed in its own code`,
    command: "openclaw logs --limit 50",
    where: "gateway host",
  };
}

/** What a failure before the upgrade means. */
export function judgeOpening(failed: WayFailure, target: Target, way: Way): Finding {
  const { code, message, details } = failed.error;
  const row = Object.hasOwn(byCause, String(details["cause"])) ? byCause[String(details["cause"])] : undefined;
  if (row !== undefined) {
    const { id, ...told } = row({ failed, target, way });
    return finding(id, told);
  }
  if (code === "net/timeout") return late(failed, target);
  return finding("NET-OTHER", { cause: message, ...hostStatus });
}

function late({ step }: WayFailure, { host, port, isLoopback }: Target): Finding {
  if (step === "dns" || step === "tcp") {
    return finding("NET-TIMEOUT", {
      cause:
        `${host}:${port} does not answer at all: a firewall drops it, the gateway is bound to its own loopback, or ` +
        "the VPN is down",
      command: "openclaw gateway status",
      where: "gateway host",
    });
  }
  return finding("NET-STALLED", {
    cause: `${host}:${port} took the connection and then said nothing (${step}): it hangs, or is no gateway`,
    command: "openclaw gateway restart",
    where: isLoopback ? "here" : "gateway host",
  });
}
