/**
 * A refusal that names its reason (`error.details.code`): what it means, and the one command. A table, so that it can be
 * read as one. Pure.
 */
import { maxProtocol, minProtocol } from "../protocol/mod.ts";
import type { Failure } from "./evidence.ts";
import { type Finding, finding, type Told } from "./finding.ts";

const host = { where: "gateway host" } as const;
const renew = "claw device pair --token-file FILE";
const behindProxy: Told = {
  cause:
    "the gateway lets in only who comes through its identity proxy (Tailscale Serve or the like), or has its token",
  command: "claw doctor --url wss://ADDRESS-OF-THE-PROXY",
};
const badProof: Told = {
  cause: "the gateway does not accept this device's proof: its key is damaged, or a proxy changes what passes",
  command: "claw device verify",
};
const onlyBrowsers: Told = {
  cause: "the gateway takes claw for a browser: something between adds an Origin header",
  command: "openclaw config get gateway.controlUi.allowedOrigins",
  ...host,
};
const missing: Told = {
  cause: "the gateway wants a token or password, and got none",
  command: renew,
};

/** By `details.code`. */
export const refusals: Readonly<Record<string, Told>> = {
  AUTH_REQUIRED: missing,
  AUTH_TOKEN_MISSING: missing,
  AUTH_PASSWORD_MISSING: {
    cause: "the gateway wants a password, and got none",
    command: "claw doctor --password-file FILE",
  },
  AUTH_TOKEN_MISMATCH: {
    cause: "the gateway has another token than the one that was presented",
    command: "openclaw gateway auth-token --show",
    ...host,
  },
  AUTH_PASSWORD_MISMATCH: {
    cause: "the gateway has another password than the one that was presented",
    command: "claw doctor --password-file FILE",
  },
  AUTH_TOKEN_NOT_CONFIGURED: {
    cause: "the gateway wants a token and has none configured, so nobody can log in",
    command: "openclaw doctor --generate-gateway-token",
    ...host,
  },
  AUTH_PASSWORD_NOT_CONFIGURED: {
    cause: "the gateway wants a password and has none configured, so nobody can log in",
    command: "openclaw config set gateway.auth.password PASSWORD",
    ...host,
  },
  AUTH_DEVICE_TOKEN_MISMATCH: {
    cause:
      "the gateway revoked or rotated this device's token, or removed the device, or the token grants less than asked",
    command: renew,
  },
  AUTH_SCOPE_MISMATCH: {
    cause: "this device's token is good, but scopes were asked for that nobody approved",
    command: "claw device pair --scopes read,write",
  },
  AUTH_BOOTSTRAP_TOKEN_INVALID: {
    cause: "the setup code is used, or too old",
    command: "openclaw qr --setup-code-only",
    ...host,
  },
  AUTH_RATE_LIMITED: {
    cause: "the gateway has locked this address out after too many failed logins: stop every job that uses the wrong " +
      "secret, and wait",
    command: "claw doctor --watch",
  },
  AUTH_UNAUTHORIZED: {
    cause: "the gateway's policy refuses this login",
    command: "openclaw config get gateway.auth",
    ...host,
  },
  AUTHENTICATED_PROFILE_UNAVAILABLE: {
    cause: "the gateway has no profile for this login",
    command: "openclaw config get gateway.auth",
    ...host,
  },
  AUTH_TAILSCALE_IDENTITY_MISSING: behindProxy,
  AUTH_TAILSCALE_PROXY_MISSING: behindProxy,
  AUTH_TAILSCALE_WHOIS_FAILED: behindProxy,
  AUTH_TAILSCALE_IDENTITY_MISMATCH: behindProxy,
  AUTH_IDENTITY_HEADER_REQUIRED: behindProxy,
  AUTH_VERIFIED_USER_REQUIRED: behindProxy,
  DEVICE_IDENTITY_REQUIRED: {
    cause: "the gateway lets in signed devices only, and doctor came without one, so that nothing is paired",
    command: "claw device pair",
  },
  DEVICE_AUTH_NONCE_REQUIRED: badProof,
  DEVICE_AUTH_NONCE_MISMATCH: {
    cause: "the proof was for another challenge: a proxy between replays or mixes connections",
    command: "openclaw gateway status --deep",
    ...host,
  },
  DEVICE_AUTH_SIGNATURE_INVALID: badProof,
  DEVICE_AUTH_SIGNATURE_EXPIRED: {
    cause:
      "the proof reached the gateway more than 2 min after its challenge, or the gateway's clock jumped: one of the " +
      "machines slept",
    command: "date -u",
    ...host,
  },
  DEVICE_AUTH_DEVICE_ID_MISMATCH: badProof,
  DEVICE_AUTH_PUBLIC_KEY_INVALID: badProof,
  DEVICE_AUTH_INVALID: badProof,
  CONTROL_UI_ORIGIN_NOT_ALLOWED: onlyBrowsers,
  CONTROL_UI_DEVICE_IDENTITY_REQUIRED: onlyBrowsers,
  CONTROL_UI_BUILD_MISMATCH: onlyBrowsers,
  CLIENT_VERSION_MISMATCH: { cause: "the gateway admits other client versions only", command: "claw --version" },
  MISSING_SCOPE: { cause: "this connection may not do that", command: "claw device pair --scopes read,write" },
};

const pairingReasons: Readonly<Record<string, Told>> = {
  "not-paired": {
    cause: "nobody has approved this device",
    command: "claw device pair --wait",
  },
  "scope-upgrade": {
    cause: "this device is paired, and was asked for more than was approved",
    command: "claw device pair --wait",
  },
  "role-upgrade": {
    cause: "this device is paired for another role, or its token was revoked",
    command: "claw device pair --wait",
  },
  "metadata-upgrade": {
    cause: "the gateway knows this device's key from another program or system: a key that two share is asked to be " +
      "approved again and again",
    command: "claw device reset",
  },
};

/** How long, where the gateway says it. */
function waitText({ detailCode, retryAfterMs }: Failure["details"]): string {
  const isKnown = detailCode === "AUTH_RATE_LIMITED" && typeof retryAfterMs === "number" && retryAfterMs > 0;
  return isKnown ? ` ${Math.ceil(retryAfterMs / 1_000)} s` : "";
}

/** What a refusal means. Its own words stand behind the sentence. */
export function judgeRefusal({ code, message, details }: Failure): Finding {
  const detailCode = String(details["detailCode"] ?? "");
  if (code === "protocol/mismatch" && !Object.hasOwn(refusals, detailCode)) {
    const theirs = details["expectedProtocol"];
    return finding(detailCode || "PROTOCOL_MISMATCH", {
      cause: `claw speaks protocol ${minProtocol} to ${maxProtocol}, the gateway ${
        typeof theirs === "number" ? theirs : "another"
      }: the older side must be upgraded`,
      command: typeof theirs === "number" && theirs < minProtocol ? "openclaw update" : "claw --version",
      where: typeof theirs === "number" && theirs < minProtocol ? "gateway host" : "here",
    });
  }
  if (code === "auth/pairing-required") {
    const reason = String(details["reason"] ?? "not-paired");
    const told = Object.hasOwn(pairingReasons, reason) ? pairingReasons[reason] : undefined;
    return finding(`PAIRING_REQUIRED ${reason}`, told ?? { cause: message, command: "claw device pair --wait" });
  }
  const told = Object.hasOwn(refusals, detailCode) ? refusals[detailCode] : undefined;
  if (told !== undefined) return finding(detailCode, { ...told, cause: `${told.cause}${waitText(details)}` });
  if (code === "auth/scope") return finding("MISSING_SCOPE", { ...refusals["MISSING_SCOPE"] as Told, cause: message });
  if (code === "gateway/unavailable") {
    return finding("UNAVAILABLE", { cause: `${message}: it is starting, or busy`, command: "claw doctor --watch" });
  }
  return finding("REFUSED", { cause: message, command: "openclaw logs --limit 50", where: "gateway host" });
}
