/**
 * Which shared secret may go to the chosen gateway, and where it comes from. A secret goes only to the origin (scheme,
 * host, port) it was configured for; those given for this very run go where the run goes. Device tokens are not here.
 */
import { ClawError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Origin } from "./origin.ts";
import type { Secret } from "./secret.ts";

export type SecretKind = "token" | "password";

/** A secret that a place offers. */
export interface Candidate {
  readonly kind: SecretKind;
  readonly origin: Origin;
  /** Given for this very run (flag, standard input, command, `CLAW_*`): used alone, never replaced by a stored one. */
  readonly isExplicit: boolean;
  /** The value when it is at hand: not when a command must run or a reference cannot be followed. */
  readonly value: Secret | undefined;
  /** Why it can never be had, e.g. `a SecretRef (exec)`. */
  readonly unusable: string | undefined;
  /** Getting it runs a command of the user's, which may ask a person. */
  readonly isCostly: boolean;
  /** The origin that it was configured for; undefined when it goes wherever the run goes. */
  readonly boundTo: string | undefined;
  /** Whether it may go to the chosen gateway. */
  readonly isAllowed: boolean;
  /** Gets the value. @throws ClawError `config/invalid`, or the signal's reason */
  load(): Promise<Secret>;
}

/** The shared secret for the chosen gateway. */
export interface SecretChoice {
  readonly kind: SecretKind;
  readonly origin: Origin;
  readonly isExplicit: boolean;
  /**
   * Reading it may take long or fail, though a stored device token could do without it: a command in claw's config
   * file, or a reference in openclaw.json that only the gateway can follow. All others are already read and checked.
   */
  readonly isDeferred: boolean;
  /** The value; the work is done once. @throws ClawError `config/invalid`, or the signal's reason */
  read(): Promise<Secret>;
}

/** What was found but not used: for `claw status`, and for the hint when a credential is missing. */
export interface Shadowed {
  readonly kind: SecretKind | "url";
  readonly origin: Origin;
  /** `withheld`: it was configured for a gateway, and this one is another, or was given by hand. */
  readonly why: "outranked" | "withheld";
  /** Only for secrets at hand. */
  readonly value: Secret | undefined;
  /** The origin that a secret was configured for, if any, or that a URL names. */
  readonly gateway: string | undefined;
}

/** Takes the best candidate that is allowed; one that can never be had only when there is no other. */
export async function chooseSecret(candidates: readonly Candidate[]): Promise<SecretChoice | undefined> {
  const allowed = candidates.filter((candidate) => candidate.isAllowed);
  const best = allowed.find((candidate) => candidate.unusable === undefined) ?? allowed[0];
  if (best === undefined) return undefined;
  const isDeferred = !best.isExplicit && (best.isCostly || best.unusable !== undefined);
  let reading: Promise<Secret> | undefined;
  const read = () => (reading ??= best.load());
  if (!isDeferred) await read();
  return { kind: best.kind, origin: best.origin, isExplicit: best.isExplicit, isDeferred, read };
}

/** The candidates that were passed over and say something else than the chosen one. */
export async function shadowedBy(
  choice: SecretChoice | undefined,
  candidates: readonly Candidate[],
): Promise<readonly Shadowed[]> {
  const chosen = choice === undefined || choice.isDeferred ? undefined : await choice.read();
  return candidates
    .filter(({ origin, value }) => origin.name !== choice?.origin.name && !(chosen && value?.equals(chosen)))
    .map(({ kind, origin, value, isAllowed, boundTo }) => ({
      kind,
      origin,
      value,
      why: isAllowed ? "outranked" : "withheld",
      gateway: boundTo,
    }));
}

/** What to tell someone whose run has no secret although one was found; undefined when none was. */
export function missingSecretHint(endpoint: Endpoint, shadowed: readonly Shadowed[]): string | undefined {
  const withheld = shadowed.find(({ kind, why }) => kind !== "url" && why === "withheld");
  if (withheld === undefined) return undefined;
  const { origin, gateway } = withheld;
  const remedy = "give this one's with --token-file FILE or CLAW_TOKEN";
  if (gateway !== endpoint.origin) return `${origin.name} is only for ${gateway}: ${remedy}`;
  return `${origin.name} is not sent to a URL that was given by hand: leave the URL out, or ${remedy}`;
}

/** The error for a secret that openclaw.json only refers to. */
export function unusableSecret(origin: Origin, reason: string, kind: SecretKind): ClawError {
  const variable = kind === "token" ? "CLAW_TOKEN" : "CLAW_PASSWORD";
  return new ClawError("config/invalid", `${origin.name} is ${reason}`, {
    hint: `give claw the ${kind} itself with --${kind}-cmd CMD, --${kind}-file FILE or ${variable}`,
    details: { reason: "not-at-hand" },
  });
}
