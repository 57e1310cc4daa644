/**
 * What a look presents to a gateway: what claw itself would, but for the device, which is shown only with a grant of its
 * own: a signed connect of any other pairs it, or asks a person. Nothing is presented that cannot succeed.
 */
import { chooseCredential, type Credentials } from "../client/credentials.ts";
import type { Login } from "../doctor/evidence.ts";
import { asClawError, ClawError } from "../errors.ts";
import type { IdentityStore } from "../identity/key_file.ts";
import type { Identity } from "../identity/keypair.ts";
import { requireUnlocked } from "../identity/lockout_file.ts";
import type { StoredToken, TokenStore } from "../identity/token_file.ts";
import { hasScope } from "../protocol/mod.ts";
import type { Settings } from "../settings/resolve.ts";
import { missingSecretHint } from "../settings/secret_choice.ts";
import type { Presented } from "./way.ts";

export type Store = IdentityStore & TokenStore;

/** This device's key, and its token for the gateway. */
export interface KeySight {
  readonly identity: Identity | undefined;
  readonly token: StoredToken | undefined;
}

/** By the device's token, where claw would; a gateway that refuses one does so before it thinks of pairing. */
export async function present(
  settings: Settings,
  store: Store,
  { identity, token }: KeySight,
  wanted: readonly string[],
  hide: (secret: string) => void,
): Promise<Presented> {
  const { secret } = settings;
  const within = token === undefined ? [] : wanted.filter((scope) => hasScope(token.scopes, scope));
  const asked = token === undefined ? wanted : within.length > 0 ? within : token.scopes.slice(0, 1);
  const known = { hasShared: secret !== undefined, isExplicit: secret?.isExplicit ?? false, grant: token };
  const choice = chooseCredential(known, asked);
  if (choice.present !== "grant" || identity === undefined) return await bySecret(settings, store, wanted, hide);
  hide(choice.grant.token);
  const login = { kind: "device-token", from: "the token store", hasDevice: true, askedScopes: asked } as const;
  const presented = { kind: "device-token", value: choice.grant.token } as const;
  const locked = unlessLocked(store, settings.endpoint.value.origin);
  return { login, credentials: locked ?? { device: identity, secret: presented, scopes: asked } };
}

/** By the shared secret alone. */
export async function bySecret(
  settings: Settings,
  store: Store,
  wanted: readonly string[],
  hide: (secret: string) => void,
): Promise<Presented> {
  const { secret } = settings;
  const login: Login = {
    kind: secret?.kind ?? "none",
    from: secret?.origin.name ?? "",
    hasDevice: false,
    askedScopes: wanted,
  };
  if (secret === undefined) return { login, credentials: nothingToPresent(settings) };
  const locked = unlessLocked(store, settings.endpoint.value.origin);
  return { login, credentials: locked ?? await readSecret(secret, wanted, hide) };
}

async function readSecret(
  secret: NonNullable<Settings["secret"]>,
  wanted: readonly string[],
  hide: (secret: string) => void,
): Promise<Credentials | ClawError> {
  try {
    const value = (await secret.read()).reveal();
    hide(value);
    return { device: undefined, secret: { kind: secret.kind, value }, scopes: wanted };
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code === "interrupted") throw error;
    return error;
  }
}

function nothingToPresent({ endpoint, shadowed }: Settings): ClawError {
  const why = missingSecretHint(endpoint.value, shadowed);
  const message = "claw has no token, password or grant for this gateway: only one without any login would let it in";
  return new ClawError("auth/required", why === undefined ? message : `${message}; ${why}`);
}

/** A gateway that locked this address out refuses the right secret too, and waits longer. */
function unlessLocked(store: Store, origin: string): ClawError | undefined {
  try {
    requireUnlocked(store, origin);
    return undefined;
  } catch (thrown) {
    return asClawError(thrown);
  }
}
