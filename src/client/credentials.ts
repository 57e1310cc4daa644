/**
 * Which credential a handshake presents, and which one may take its place when the gateway refuses it: the rules, as
 * pure functions. Where secrets come from is `settings`' concern, where tokens are kept is `identity`'s; `context.ts`
 * brings them together.
 */
import { ClawError } from "../errors.ts";
import { hasScope, type Scope } from "../protocol/mod.ts";

/** A device that can sign; `identity/keypair.ts` makes one. */
export interface Device {
  readonly deviceId: string;
  readonly publicKey: string;
  sign(text: string): Promise<string>;
}

/** What is presented besides the device's proof. */
export interface PresentedSecret {
  readonly kind: "token" | "password" | "device-token" | "bootstrap-token" | "none";
  readonly value: string;
}

/** Everything that one handshake needs. */
export interface Credentials {
  /** undefined: none. Nothing can then be paired, so it is for a look that must change nothing. */
  readonly device: Device | undefined;
  readonly secret: PresentedSecret;
  readonly scopes: readonly string[];
  /** What the device calls itself; gateways compare everything that is said of a device but this. */
  readonly displayName?: string | undefined;
}

/** A device token as it was stored: what the gateway once granted to this device. */
export interface Grant {
  readonly token: string;
  readonly scopes: readonly string[];
}

/** What there is to choose from. */
export interface KnownCredentials {
  /** Whether there is a shared token or password for this gateway's origin. */
  readonly hasShared: boolean;
  /** Whether the user gave it for this very run: then it is used alone, so that a wrong one fails. */
  readonly isExplicit: boolean;
  readonly grant: Grant | undefined;
  /** What the verb would rather present, where there is such a thing: some answers depend on it. */
  readonly prefers?: "shared" | "grant" | undefined;
}

/** What a verb presents rather than what the rules below say: one of both kinds, or what came in a setup code. */
export type Preference = "secret" | "device-token" | { readonly bootstrapToken: string };

/** One scope, or several; those that a device was granted may have names of their own. */
export type Need = Scope | readonly string[];

/** What to present, and the scopes to ask for. `nothing` is the device's key alone. */
export type Choice =
  | { readonly present: "shared" | "nothing"; readonly scopes: readonly string[] }
  | { readonly present: "grant"; readonly grant: Grant; readonly scopes: readonly string[] };

/**
 * Chooses: an explicit secret alone; else the stored device token when its grant covers the need; else the shared
 * secret; else the device's key alone, which is all that a gateway with `auth.mode` none wants even for a wider grant.
 * The scopes are exactly the need when the grant covers it (a narrower request neither re-mints the token nor shrinks
 * the grant), else grant and need together, since widening replaces the grant.
 */
export function chooseCredential({ hasShared, isExplicit, grant, prefers }: KnownCredentials, need: Need): Choice {
  const covering = covers(grant, need) ? grant : undefined;
  const scopes = covering === undefined ? widen(grant, need) : [need].flat();
  const isSharedWanted = covering === undefined || prefers === "shared" || (isExplicit && prefers !== "grant");
  if (hasShared && isSharedWanted) return { present: "shared", scopes };
  return covering === undefined ? { present: "nothing", scopes } : { present: "grant", grant: covering, scopes };
}

/**
 * The one other credential to try after a refusal, or undefined when the refusal stands.
 * @param latest the store as it is now: a parallel run may have put a newer token there
 * @param isTrusted whether a device token may go to this endpoint after it refused a token: loopback or verified TLS
 * @throws ClawError `auth/scope` when a secret is missing only because the stored grant does not cover the need
 */
export function fallbackCredential(
  refused: Choice,
  error: ClawError,
  known: KnownCredentials,
  latest: Grant | undefined,
  need: Need,
  isTrusted: boolean,
): Choice | undefined {
  const { detailCode, canRetryWithDeviceToken } = error.details;
  const tried = refused.present === "grant" ? refused.grant.token : undefined;
  const isNewer = covers(latest, need) && latest.token !== tried;
  if (detailCode === "AUTH_DEVICE_TOKEN_MISMATCH" && refused.present === "grant") {
    if (isNewer) return { present: "grant", grant: latest, scopes: [need].flat() };
    // The grant's scopes stay in the request, so that what other jobs rely on is not lost with the old token.
    return known.hasShared ? { present: "shared", scopes: widen(latest, need) } : undefined;
  }
  if (error.code === "auth/required" && refused.present === "nothing" && latest !== undefined) {
    const lacking = [need].flat().filter((scope) => !hasScope(latest.scopes, scope)).join(" and ");
    throw new ClawError("auth/scope", `this device was granted ${latest.scopes.join(", ")}, but not ${lacking}`, {
      hint: "connect once with the gateway's token to widen the grant: --token-file FILE",
      details: { missingScope: lacking, grantedScopes: latest.scopes },
      cause: error,
    });
  }
  const mayUseToken = canRetryWithDeviceToken === true && isTrusted && !known.isExplicit;
  if (detailCode === "AUTH_TOKEN_MISMATCH" && mayUseToken && isNewer) {
    return { present: "grant", grant: latest, scopes: [need].flat() };
  }
  return undefined;
}

function covers(grant: Grant | undefined, need: Need): grant is Grant {
  return grant !== undefined && [need].flat().every((scope) => hasScope(grant.scopes, scope));
}

function widen(grant: Grant | undefined, need: Need): readonly string[] {
  return [...new Set([...(grant?.scopes ?? []), ...[need].flat()])].sort();
}
