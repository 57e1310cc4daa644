/**
 * Recorded proofs cannot fit fresh challenges, so each recorded device gets a fresh key and signs anew. Whatever was
 * wrong with the recorded proof (id, key, time, nonce, signature) is made wrong again, in the same way.
 */
import {
  deviceIdOf,
  fromBase64url,
  generateKey,
  type Identity,
  importIdentity,
  verifySignature,
} from "../../src/identity/keypair.ts";
import { type ConnectParams, type DeviceProof, proofText, type ProofVersion } from "../../src/protocol/mod.ts";

export interface Challenge {
  readonly nonce: string;
  readonly ts: number;
}

/** Params of `connect` without the proof. */
type Params = Omit<ConnectParams, "device">;

/** A recorded `connect` and what is to be sent in its place. */
export interface Occasion {
  readonly recorded: Params;
  /** With the tokens of this replay. */
  readonly params: Params;
  /** The recorded challenge, and the one to be answered. */
  readonly then: Challenge;
  readonly now: Challenge;
}

export class ReplayedDevices {
  readonly #identities = new Map<string, Identity>();

  async prove(device: DeviceProof, { recorded, params, then, now }: Occasion): Promise<DeviceProof> {
    const hasKey = device.publicKey.length > 10;
    const identity = await this.#identityOf(hasKey ? device.publicKey : device.id);
    const hasOwnId = !hasKey || await deviceIdOf(fromBase64url(device.publicKey)) === device.id;
    const proof: Omit<DeviceProof, "signature"> = {
      id: hasOwnId ? identity.deviceId : device.id,
      publicKey: hasKey ? identity.publicKey : device.publicKey,
      signedAt: now.ts + device.signedAt - then.ts,
      // A missing nonce stays missing.
      ...{ nonce: device.nonce === then.nonce ? now.nonce : device.nonce },
    };
    const version = await versionOf(device, recorded);
    const text = version === undefined ? "some other text" : textOf(version, params, proof);
    return { ...proof, signature: await identity.sign(text) };
  }

  async #identityOf(recordedKey: string): Promise<Identity> {
    const identity = this.#identities.get(recordedKey) ?? await importIdentity(await generateKey());
    this.#identities.set(recordedKey, identity);
    return identity;
  }
}

/** Which text the recorded device signed; undefined when its signature fits none. */
async function versionOf(device: DeviceProof, recorded: Params): Promise<ProofVersion | undefined> {
  for (const version of ["v3", "v2"] as const) {
    if (await verifySignature(device.publicKey, textOf(version, recorded, device), device.signature)) return version;
  }
  return undefined;
}

function textOf(version: ProofVersion, params: Params, proof: Omit<DeviceProof, "signature">): string {
  const { client, auth, role = "operator", scopes = [] } = params;
  return proofText({
    deviceId: proof.id,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes,
    signedAt: proof.signedAt,
    token: auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "",
    nonce: proof.nonce ?? "",
    platform: client.platform,
    deviceFamily: client.deviceFamily,
  }, version);
}
