/**
 * Who is at the other end, as the HTTP upgrade tells it, and whether that counts as local: a local device is paired
 * without asking. What a client says about itself comes later, in `connect`.
 */
import type { ProtocolVersion } from "../protocol/mod.ts";

/** What the upgrade request and its socket say. */
export interface PeerFacts {
  /** Address of the socket's other end. */
  readonly address: string;
  /** The `Host` header. */
  readonly host?: string | undefined;
  /** The `Origin` header: whoever sends one is taken for a browser. */
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
  /** `X-Forwarded-For`, `X-Real-IP`, `X-Forwarded-Host`, `X-Forwarded-Proto`. */
  readonly forwardedFor?: string | undefined;
  readonly realIp?: string | undefined;
  readonly forwardedHost?: string | undefined;
  readonly forwardedProto?: string | undefined;
}

/** A client on this machine that says nothing special. */
export const loopbackPeer: PeerFacts = { address: "127.0.0.1", host: "127.0.0.1" };

export interface Locality {
  /** Paired silently, and (protocol 4) allowed to go without a device. */
  readonly isLocal: boolean;
  /** What pairing records and lists show as the client's address. */
  readonly remoteIp: string | undefined;
  /** Protocol 4 refuses the upgrade: forwarded headers came from a peer that is not a trusted proxy. */
  readonly isUnattributable: boolean;
}

/**
 * Judges a peer.
 * @param trustsProxy whether 127.0.0.1 is configured as a trusted proxy; on protocol 3 that makes every plain loopback
 * client remote, as it does on 2026.3.13
 */
export function judgeLocality(peer: PeerFacts, protocol: ProtocolVersion, trustsProxy: boolean): Locality {
  const isLoopbackSocket = isLoopbackAddress(peer.address);
  const isProxy = trustsProxy && isLoopbackSocket;
  const isForwarded = [peer.forwardedFor, peer.realIp, peer.forwardedHost, peer.forwardedProto].some((header) =>
    header
  );
  const clientIp = isProxy ? lastHop(peer.forwardedFor) ?? peer.realIp : peer.address;
  const reportedIp = clientIp === undefined || isLoopbackAddress(clientIp) ? undefined : clientIp;
  if (protocol === 3) {
    const isLocal = clientIp !== undefined && isLoopbackAddress(clientIp) && isLocalHost(peer.host) &&
      (!isForwarded || isProxy);
    return { isLocal, remoteIp: isProxy ? reportedIp : undefined, isUnattributable: false };
  }
  return {
    isLocal: isLoopbackSocket && !isForwarded,
    remoteIp: isForwarded ? reportedIp : undefined,
    isUnattributable: isForwarded && (!isProxy || clientIp === undefined),
  };
}

/** Whether an address is this machine's own, IPv4-mapped forms included. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, "");
  return plain === "::1" || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** Whether a Host header or the host of an Origin names this machine. */
export function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = host.trim().toLowerCase().replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || isLoopbackAddress(name);
}

function lastHop(forwardedFor: string | undefined): string | undefined {
  return forwardedFor?.split(",").map((hop) => hop.trim()).filter((hop) => hop !== "").at(-1);
}
