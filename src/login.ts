/**
 * Joins the three things a login is made of: the secret that the settings found, the device key, and the stored device
 * token. Which of them is presented is decided in `client/credentials.ts`; this file only fetches and stores.
 */
import type { IssuedToken, Kept, Login } from "./cli/context.ts";
import {
  type Choice,
  chooseCredential,
  type Credentials,
  fallbackCredential,
  type Grant,
  type Need,
  type Preference,
  type PresentedSecret,
} from "./client/credentials.ts";
import { ClawError } from "./errors.ts";
import type { CredentialSource } from "./client/dial.ts";
import { role } from "./client/handshake.ts";
import type { Identity } from "./identity/keypair.ts";
import { loadName, saveName } from "./identity/name_file.ts";
import { loadToken, saveToken, spareToken, type TokenStore } from "./identity/token_file.ts";
import { hasScope, type HelloOk } from "./protocol/mod.ts";
import { isEncryptedOrHere } from "./settings/endpoint.ts";
import { missingSecretHint } from "./settings/secret_choice.ts";
import type { SecretChoice, Settings } from "./settings/resolve.ts";
import type { Secret } from "./settings/secret.ts";

export interface LoginOptions {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly tokens: TokenStore;
  readonly need: Need;
  /** What to present rather than what the rules say, where there is such a thing. */
  readonly by?: Preference | undefined;
  /** What this device is to be called from now on. */
  readonly displayName?: string | undefined;
  /** Told of every secret before it is used, so that it is never shown. */
  readonly hide: (secret: string) => void;
}

/** A credential source for `dial` that remembers what it handed out. */
export interface LoginSource extends CredentialSource {
  /** How the connection was let in. */
  login(): Login;
  /** The same failure, with the reason why no secret was presented, where there is one. */
  explain(error: ClawError): ClawError;
  /** Keeps the device token that hello-ok carried. @throws ClawError `store/io` */
  keep(hello: HelloOk): Kept;
  /** Copies the stored token to `.prev`, which shows that one can be stored. @throws ClawError `store/io` */
  spareToken(): void;
  /** Keeps a device token that came otherwise. @throws ClawError `store/io` */
  keepToken(issued: IssuedToken): void;
}

const preferences = { "secret": "shared", "device-token": "grant" } as const;

/** A secret that may go to the gateway: the settings' own, or what came in a setup code, which is used alone. */
interface Offer extends Omit<SecretChoice, "kind" | "read"> {
  readonly kind: SecretChoice["kind"] | "bootstrap-token";
  read(): Promise<Pick<Secret, "reveal">>;
}

export function createLogin({ settings, identity, tokens, need, by, displayName, hide }: LoginOptions): LoginSource {
  if (displayName !== undefined) saveName(tokens, displayName);
  const name = displayName ?? loadName(tokens);
  const { endpoint: { value: endpoint } } = settings;
  const secret = typeof by === "object" ? offerOf(by.bootstrapToken) : settings.secret;
  const { origin } = endpoint;
  const grantNow = (): Grant | undefined => loadToken(tokens, origin, role, identity.deviceId);
  const prefers = typeof by === "string" ? preferences[by] : undefined;
  const { isExplicit = false } = secret ?? {};
  const known = { hasShared: secret !== undefined, isExplicit, grant: grantNow(), prefers };
  const save = (issued: IssuedToken) => {
    hide(issued.token);
    saveToken(tokens, { origin, deviceId: identity.deviceId, ...issued, storedAtMs: tokens.clock.now() });
  };
  let choice: Choice | undefined;
  const credentials = async (chosen: Choice): Promise<Credentials> => {
    choice = chosen;
    const presented = await present(chosen, secret);
    hide(presented.value);
    return { device: identity, secret: presented, scopes: chosen.scopes, displayName: name };
  };
  return {
    first: async () => await credentials(chooseCredential(known, need)),
    async afterRefusal(error) {
      const next = choice && fallbackCredential(choice, error, known, grantNow(), need, isEncryptedOrHere(endpoint));
      return next === undefined ? undefined : await credentials(next);
    },
    login: () => loginBy(choice, secret),
    explain: (error) => explain(error, settings),
    keep({ auth }) {
      if (auth?.deviceToken === undefined) return { isStored: false, gained: [] };
      save({ role, token: auth.deviceToken, scopes: newScopesIn(auth, choice) });
      return { isStored: true, gained: gainedBy(auth.scopes, known.grant) };
    },
    spareToken: () => spareToken(tokens, origin, role),
    keepToken: save,
  };
}

/** 2026.9.6 names the scopes of the connection: those that the stored grant implies are nothing new. */
function newScopesIn({ deviceToken, scopes }: NonNullable<HelloOk["auth"]>, choice: Choice | undefined) {
  const held = choice?.present === "grant" && choice.grant.token === deviceToken ? choice.grant.scopes : [];
  return scopes.filter((scope) => !hasScope(held, scope));
}

function gainedBy(scopes: readonly string[], before: Grant | undefined): readonly string[] {
  return before === undefined ? [] : scopes.filter((scope) => !hasScope(before.scopes, scope));
}

function offerOf(bootstrapToken: string): Offer {
  const origin = { kind: "flag", name: "the setup code" } as const;
  const read = () => Promise.resolve({ reveal: () => bootstrapToken });
  return { kind: "bootstrap-token", origin, isExplicit: true, isDeferred: false, read };
}

function loginBy(choice: Choice | undefined, secret: Offer | undefined): Login {
  if (choice?.present === "grant") return { kind: "device-token", from: "the token store" };
  if (choice?.present !== "shared" || secret === undefined) return { kind: "none", from: "the device key" };
  return { kind: secret.kind, from: secret.origin.name };
}

async function present(choice: Choice, shared: Offer | undefined): Promise<PresentedSecret> {
  if (choice.present === "grant") return { kind: "device-token", value: choice.grant.token };
  if (choice.present === "nothing" || shared === undefined) return { kind: "none", value: "" };
  return { kind: shared.kind, value: (await shared.read()).reveal() };
}

function explain(error: ClawError, { endpoint, shadowed }: Settings): ClawError {
  const hint = error.code === "auth/required" ? missingSecretHint(endpoint.value, shadowed) : undefined;
  if (hint === undefined) return error;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}
