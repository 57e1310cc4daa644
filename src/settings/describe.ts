/**
 * The settings as rows that may be shown: each value with its origin, secrets as fingerprints, and what was found but
 * passed over, since two places that disagree are the commonest cause of a refused token.
 */
import { redactUrl } from "./endpoint.ts";
import type { Resolved } from "./origin.ts";
import type { Settings, Shadowed } from "./resolve.ts";
import type { Secret } from "./secret.ts";

/** One line of `claw status`. */
export interface SettingRow {
  readonly name: string;
  /** Never a secret: a fingerprint, or "set". */
  readonly shown: string;
  readonly origin: string;
}

/** @param fingerprint 6 hex digits for a token; never asked for a password */
export async function describeSettings(
  settings: Settings,
  fingerprint: (secret: string) => Promise<string>,
): Promise<readonly SettingRow[]> {
  const { secret, tlsFingerprint, ca, proxy, traceFile } = settings;
  const row = <T>(name: string, resolved: Resolved<T> | undefined, show: (value: T) => string): SettingRow[] =>
    resolved === undefined ? [] : [{ name, shown: show(resolved.value), origin: resolved.origin.name }];
  return [
    ...row("context", settings.context, String),
    ...row("url", settings.endpoint, ({ url }) => redactUrl(url)),
    ...row("ssh", settings.endpoint.value.ssh, String),
    ...(secret === undefined ? [] : [{
      name: secret.kind,
      shown: secret.isDeferred ? "not read yet" : await showSecret(secret.kind, await secret.read(), fingerprint),
      origin: secret.origin.name,
    }]),
    ...row("tls-fingerprint", tlsFingerprint, String),
    ...row("ca", ca, ({ path }) => path),
    ...row("proxy", proxy, (decision) => decision.kind === "proxy" ? decision.shown : `none: ${decision.why}`),
    ...row("agent", settings.agent, String),
    ...row("timeout", settings.timeoutMs, (ms) => `${ms} ms`),
    ...row("retry", settings.retryMs, (ms) => `${ms} ms`),
    ...row("allow-insecure-private", settings.allowInsecurePrivate, (isOn) => isOn ? "on" : "off"),
    ...row("trace", traceFile, String),
    ...await Promise.all(settings.shadowed.map((shadowed) => showShadowed(shadowed, fingerprint))),
  ];
}

async function showShadowed(shadowed: Shadowed, fingerprint: (secret: string) => Promise<string>): Promise<SettingRow> {
  const { kind, origin, value, why, gateway } = shadowed;
  const what = value === undefined ? gateway ?? "set" : await showSecret(kind, value, fingerprint);
  const reason = why === "outranked" ? "outranked" : `kept for ${gateway ?? "another gateway"}`;
  return { name: `unused ${kind}`, shown: `${what}, ${reason}`, origin: origin.name };
}

/** A password is too guessable for even six digits of it. */
async function showSecret(
  kind: Shadowed["kind"],
  value: Secret,
  fingerprint: (secret: string) => Promise<string>,
): Promise<string> {
  return kind === "token" ? await fingerprint(value.reveal()) : "set";
}
