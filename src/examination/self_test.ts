/**
 * Runs this program's own client against its own gateway, joined in memory: proves crypto and codec before the network
 * is accused. No socket, no file, no key of this device.
 */
import { Connection } from "../client/connection.ts";
import { handshake } from "../client/handshake.ts";
import type { DevGatewayOptions } from "../devgateway/gateway.ts";
import type { SelfTest } from "../doctor/self_test_result.ts";
import { asClawError, ClawError } from "../errors.ts";
import { generateKey, importIdentity, toBase64url } from "../identity/keypair.ts";
import type { World } from "../platform/world.ts";
import { type ProtocolVersion, scopes } from "../protocol/mod.ts";
import { createTransportPair } from "../transport/pair.ts";

const generations: readonly ProtocolVersion[] = [3, 4];

/** Never throws a ClawError but `interrupted`. */
export async function testSelf(world: Pick<World, "clock" | "ids" | "os">, signal: AbortSignal): Promise<SelfTest> {
  const startedAt = world.clock.elapsed();
  const protocols = `protocol ${generations.join(" and ")}`;
  const ms = () => Math.round((world.clock.elapsed() - startedAt) * 10) / 10;
  try {
    for (const protocol of generations) await meet(world, protocol, signal);
    return { ms: ms(), protocols, failure: undefined };
  } catch (thrown) {
    const failure = asClawError(thrown);
    if (failure.code === "interrupted") throw failure;
    return { ms: ms(), protocols, failure };
  }
}

async function meet(
  { clock, ids, os }: Pick<World, "clock" | "ids" | "os">,
  protocol: ProtocolVersion,
  signal: AbortSignal,
): Promise<void> {
  const { DevGateway } = await import("../devgateway/gateway.ts");
  const { loopbackPeer } = await import("../devgateway/peer.ts");
  const value = toBase64url(ids.bytes(24));
  const auth: DevGatewayOptions["auth"] = { mode: "token", secret: value };
  const gateway = new DevGateway({ protocol, auth, pairing: "auto", zone: "UTC", clock, ids });
  const [near, far] = createTransportPair();
  void gateway.accept(far, loopbackPeer);
  try {
    const device = await importIdentity(await generateKey());
    const credentials = { device, secret: { kind: "token", value }, scopes: [scopes.read] } as const;
    const connection = new Connection(near, await handshake(near, credentials, { clock, os, signal }), 0);
    const { ok } = await connection.call("health", {}, signal);
    if (!ok) throw new ClawError("internal", "the embedded gateway does not answer");
    near.close(1000);
  } finally {
    await gateway.close();
  }
}
