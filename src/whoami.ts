/**
 * What `claw whoami` tells, read from the key file and the token store. Apart from `context.ts` because `claw event`
 * needs none of it.
 */
import type { WhoAmI } from "./cli/context.ts";
import { createFingerprinter } from "./identity/fingerprint.ts";
import { type IdentityStore, keyFilePath, loadIdentity } from "./identity/key_file.ts";
import { keyFingerprintOf } from "./identity/keypair.ts";
import { loadName } from "./identity/name_file.ts";
import { listTokens, tokenPath, type TokenStore } from "./identity/token_file.ts";

/** Creates no identity; a key for fingerprints is made when there is something to fingerprint. @throws ClawError `config/*`, `store/io` */
export async function describeDevice(store: IdentityStore & TokenStore): Promise<WhoAmI> {
  const found = await loadIdentity(store);
  // Another device's, whose key was here before, is nothing of this one's.
  const tokens = listTokens(store).filter(({ deviceId }) => deviceId === found?.identity.deviceId);
  const fingerprintOf = found === undefined ? () => Promise.resolve("") : await createFingerprinter(store);
  return {
    name: loadName(store),
    deviceId: found?.identity.deviceId,
    keyFile: keyFilePath(store),
    fingerprint: found === undefined ? undefined : await fingerprintOf(found.identity.publicKey),
    keyFingerprint: found === undefined ? undefined : await keyFingerprintOf(found.identity.publicKey),
    tokens: await Promise.all(tokens.map(async ({ origin, role, scopes, token, storedAtMs }) => ({
      gateway: origin,
      file: tokenPath(store, origin, role),
      role,
      scopes,
      fingerprint: await fingerprintOf(token),
      storedAtMs,
    }))),
  };
}
