/**
 * A gateway's address: parsed, judged, and shown without its secrets. A URL that carries a credential is refused,
 * because URLs end up in logs, histories and process lists. Kinds of hosts stand in `address.ts`.
 */
import { ClawError } from "../errors.ts";
import { isLoopbackHost, isPrivateHost } from "./address.ts";
import { invalid, type Origin, type Resolved } from "./origin.ts";

/** Where a gateway listens. */
export interface Endpoint {
  /** Normalised, without credentials; may have a path and a query. */
  readonly url: string;
  /**
   * Scheme, host and port, the port always written out: `ws://127.0.0.1:18789`, and ` by ssh me@host` when that is how
   * it is reached. Credentials are bound to this.
   */
  readonly origin: string;
  /** As in a URL: IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Traffic to it cannot leave this machine. */
  readonly isLoopback: boolean;
  /** It can only be on a private network. */
  readonly isPrivate: boolean;
  /** The machine from which ssh reaches it; URL, host and port are as that machine sees them. */
  readonly ssh?: SshHop;
}

export interface SshHop extends Resolved<string> {
  /** The gateway is on that machine itself: what leaves here is ssh's. */
  readonly isTheirLoopback: boolean;
}

const example = "write it like ws://127.0.0.1:18789 or wss://gateway.example";
const secretKey = /(token|password|passwd|secret|auth)$/i;

/**
 * Reads a gateway URL as given: an explicit URL without a port means 80 or 443, as everywhere.
 * @throws ClawError `config/insecure-url` when it carries a credential; `usage/bad-flag` or `config/invalid` when it is
 * no WebSocket URL. No error repeats the part that may be secret.
 */
export function parseEndpoint(text: string, from: Origin): Endpoint {
  const trimmed = text.trim();
  const url = parseUrl(trimmed);
  if (url === undefined || !/^(wss?|https?):$/.test(url.protocol)) throw notAnUrl(trimmed, from);
  refuseCredentials(url, from);
  if (url.protocol.startsWith("http")) {
    const scheme = url.protocol === "https:" ? "wss" : "ws";
    throw invalid(
      from,
      "a gateway URL starts with ws:// or wss://",
      `write it as ${scheme}://${url.host}${url.pathname}`,
    );
  }
  const isTls = url.protocol === "wss:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  if (port === 0) throw invalid(from, "port 0 cannot be reached", example);
  return {
    url: url.href,
    origin: `${url.protocol}//${url.hostname}:${port}`,
    host: url.hostname,
    port,
    isTls,
    isLoopback: isLoopbackHost(url.hostname),
    isPrivate: isPrivateHost(url.hostname),
  };
}

/** The gateway of this machine at a port. */
export function localEndpoint(port: number, isTls: boolean): Endpoint {
  const origin = `${isTls ? "wss" : "ws"}://127.0.0.1:${port}`;
  return { url: `${origin}/`, origin, host: "127.0.0.1", port, isTls, isLoopback: true, isPrivate: false };
}

/** What a report says of it: the URL, and from which machine, where that is another. */
export function placeOf({ url, ssh }: Endpoint): { readonly url: string; readonly ssh?: string } {
  return ssh === undefined ? { url } : { url, ssh: ssh.value };
}

/** The same for people. */
export function describePlace({ url, ssh }: Endpoint): string {
  return ssh === undefined ? url : `${url} by ssh ${ssh.value}`;
}

/** The same address as another machine sees it, reached by ssh: nothing that is meant for this machine goes there. */
export function bySsh(endpoint: Endpoint, target: Resolved<string>): Endpoint {
  const { origin, isLoopback } = endpoint;
  const ssh = { ...target, isTheirLoopback: isLoopback };
  return { ...endpoint, origin: `${origin} by ssh ${target.value}`, isLoopback: false, ssh };
}

/** Whether nobody on the way can read what goes there. */
export function isEncryptedOrHere({ isTls, isLoopback, ssh }: Endpoint): boolean {
  return isTls || isLoopback || ssh?.isTheirLoopback === true;
}

/**
 * Refuses unencrypted traffic that leaves this machine, unless it stays on a private network and that was allowed.
 * @throws ClawError `config/insecure-url`
 */
export function requireSafe(endpoint: Endpoint, from: Origin, isPrivateAllowed: boolean): void {
  if (isEncryptedOrHere(endpoint) || (endpoint.isPrivate && isPrivateAllowed)) return;
  const here = endpoint.ssh === undefined ? "this machine" : "the machine that ssh leads to";
  const message = `${from.name}: ${endpoint.origin} is unencrypted and not on ${here}`;
  const { host, port, isPrivate } = endpoint;
  const details = { reason: "unencrypted", host, port, isPrivate };
  if (!isPrivate) throw new ClawError("config/insecure-url", message, { details });
  throw new ClawError("config/insecure-url", message, {
    details,
    hint: "use wss:// or --ssh USER@HOST, or, on a network you trust, --allow-insecure-private",
  });
}

/** A URL as it may be shown: user info, secret query values and the fragment are masked. Never throws. */
export function redactUrl(text: string): string {
  const url = parseUrl(text.trim());
  if (url === undefined) return "(not a URL)";
  // What follows another scheme has no known structure, so a secret in it cannot be found.
  if (!/^(wss?|https?):$/.test(url.protocol)) return `${url.protocol}***`;
  const userInfo = url.username === "" && url.password === "" ? "" : "***@";
  const query = [...url.searchParams].map(([key, value]) => `${encodeURIComponent(key)}=${maskValue(key, value)}`);
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  return `${url.protocol}//${userInfo}${url.host}${url.pathname}${search}${url.hash === "" ? "" : "#***"}`;
}

function maskValue(key: string, value: string): string {
  return secretKey.test(key) ? "***" : encodeURIComponent(value);
}

function refuseCredentials(url: URL, from: Origin): void {
  const found = url.username !== "" || url.password !== ""
    ? "user info"
    : [...url.searchParams.keys()].some((key) => secretKey.test(key))
    ? "a credential in its query"
    // The gateway's own dashboard links carry the token behind `#`.
    : url.hash !== ""
    ? "a fragment, where dashboard links carry the token"
    : undefined;
  if (found === undefined) return;
  throw new ClawError("config/insecure-url", `${from.name}: ${url.protocol}//${url.host} carries ${found}`, {
    hint: "leave it out of the URL, and give the credential with --token-file FILE or CLAW_TOKEN",
    details: { reason: "credential-in-url", origin: `${url.protocol}//${url.host}` },
  });
}

/** Repeats the text only when it is plainly a host and a port. */
function notAnUrl(text: string, from: Origin): ClawError {
  const isHostAndPort = /^([a-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(text);
  return invalid(from, "this is not a WebSocket URL", isHostAndPort ? `write it as ws://${text}` : example);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
