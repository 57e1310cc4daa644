/**
 * Whether the chosen gateway is reached through an HTTP proxy. Told to claw itself (`--proxy`, `CLAW_PROXY`, its file)
 * a proxy is used; told to all programs (HTTPS_PROXY and the like) it is not for private networks and NO_PROXY. Nothing
 * ever goes to this machine by a proxy, and nothing unencrypted at all, since the proxy could read the credential.
 */
import { ClawError } from "../errors.ts";
import type { EndpointChoice, EndpointSources } from "./endpoint_choice.ts";
import { fromEnv, type Given } from "./layers.ts";
import { isListed } from "./no_proxy.ts";
import { invalid, type Origin, type Resolved } from "./origin.ts";
import { Secret } from "./secret.ts";

/** A proxy, or why there is none although one was named. */
export type ProxyDecision =
  | { readonly kind: "direct"; readonly why: string }
  | {
    readonly kind: "proxy";
    /** IPv6 without brackets. */
    readonly host: string;
    readonly port: number;
    /** Without user and password. */
    readonly shown: string;
    /** The value of Proxy-Authorization. */
    readonly authorization: Secret | undefined;
  };

/**
 * @param given where a proxy was named first
 * @param isForAll whether it was named for all programs, and not for claw
 * @throws ClawError `usage/bad-flag`, `config/invalid` or `config/insecure-url`
 */
export function decideProxy(
  given: Given,
  isForAll: boolean,
  { value, origin: endpointOrigin }: EndpointChoice,
  { world, warn }: EndpointSources,
): Resolved<ProxyDecision> {
  const { origin, text } = given;
  const direct = (why: string): Resolved<ProxyDecision> => ({ value: { kind: "direct", why }, origin });
  if (text.trim().toLowerCase() === "none") return direct("as told");
  if (value.ssh !== undefined) {
    if (!isForAll) warn(`${origin.name} is not used: ssh makes its own way to ${value.ssh.value}`);
    return direct("ssh makes its own way");
  }
  if (value.isLoopback) {
    if (origin.kind === "flag") warn(`${origin.name} is not used: ${value.origin} is on this machine`);
    return direct("the gateway is on this machine");
  }
  if (isForAll && value.isPrivate) return direct("the gateway is on a private network");
  const exempt = isForAll ? fromEnv(world, "NO_PROXY", "no_proxy") : undefined;
  if (exempt !== undefined && isListed(exempt.text, value.host, value.port)) {
    return direct(`${exempt.origin.name} names the gateway`);
  }
  const decision = parseProxy(text, origin);
  if (value.isTls) return { value: decision, origin };
  const message =
    `${endpointOrigin.name}: ${value.origin} is unencrypted, so that the proxy of ${origin.name} could read it`;
  throw new ClawError("config/insecure-url", message, {
    hint: "use wss://, or --proxy none",
    details: { reason: "readable-by-proxy" },
  });
}

/** No error repeats the text: it may hold a password. */
function parseProxy(text: string, origin: Origin): ProxyDecision {
  const forms = "write it like http://proxy.example:3128, or none";
  const trimmed = text.trim();
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (url === undefined || url.hostname === "") throw invalid(origin, "this is not the URL of a proxy", forms);
  if (url.protocol !== "http:") {
    throw invalid(
      origin,
      `claw knows http:// proxies, and no ${url.protocol}// ones`,
      "--proxy none connects directly",
    );
  }
  const { username, password, hostname, port } = url;
  const login = [username, password].map(decode).join(":");
  return {
    kind: "proxy",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 80 : Number(port),
    shown: `http://${hostname}:${port === "" ? 80 : port}`,
    authorization: login === ":" ? undefined : new Secret(`Basic ${base64(login)}`),
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** A stray percent sign stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
