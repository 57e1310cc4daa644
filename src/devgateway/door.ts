/**
 * What the dev gateway's port says to an HTTP request before any WebSocket: health probes, and who may not upgrade. The
 * same for both kinds of server: `listen.ts` and `faulty_server.ts`.
 */
import type { Host } from "./explainer.ts";
import type { PeerFacts } from "./peer.ts";

/** An answer that is no upgrade. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Plain HTTP gets the health probes of a real gateway, a refused upgrade its status; undefined: it may upgrade. */
export function answerInstead(
  { path, upgrade }: { readonly path: string; readonly upgrade: string | undefined },
  gateway: Host,
  peer: PeerFacts,
): PlainAnswer | undefined {
  if (path === "/healthz") return json({ ok: true, status: "live" });
  if (path === "/readyz") return json({ ready: true, failing: [], uptimeMs: gateway.uptimeMs });
  if (upgrade?.toLowerCase() !== "websocket") return text(426, "Upgrade Required", { upgrade: "websocket" });
  return gateway.admitsUpgrade(peer) ? undefined : text(401, "Unauthorized");
}

/** What an upgrade request tells of its sender. */
export function peerFrom(header: (name: string) => string | undefined, address: string): PeerFacts {
  return {
    address,
    host: header("host"),
    origin: header("origin"),
    userAgent: header("user-agent"),
    forwardedFor: header("x-forwarded-for"),
    realIp: header("x-real-ip"),
    forwardedHost: header("x-forwarded-host"),
    forwardedProto: header("x-forwarded-proto"),
  };
}

function json(value: unknown): PlainAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): PlainAnswer {
  return { status, headers, body };
}
