import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { certificateFor, selfSigned, selfSignedFingerprint } from "../../support/certificate.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

interface Sight {
  readonly exit: number;
  readonly failed: string | undefined;
  readonly ids: readonly string[];
  readonly command: string;
}

async function doctorAt(url: string, secret: string, ...flags: readonly string[]): Promise<Sight> {
  using home = createTestHome({ CLAW_URL: url, CLAW_TOKEN: secret });
  const run = await home.claw(["doctor", "--json", ...flags]);
  const { phases, findings } = JSON.parse(run.stdout).data;
  return {
    exit: run.exit,
    failed: phases.find(({ state }: { state: string }) => state === "failed")?.name,
    ids: findings.map(({ id }: { id: string }) => id).filter((id: string) => id !== "LAT-1"),
    command: findings[0]?.command ?? "",
  };
}

describe("claw doctor and TLS", () => {
  it("stops at a certificate that nobody vouches for, and is satisfied by the pin that it names", async () => {
    await using gateway = await openSocketGateway({ tls: selfSigned });
    const url = `wss://127.0.0.1:${gateway.port}`;
    const first = await doctorAt(url, gateway.secret);
    assert.deepEqual([first.exit, first.failed, first.ids], [1, "TLS", ["TLS-UNTRUSTED"]]);
    assert.equal(first.command, `claw doctor --tls-fingerprint ${selfSignedFingerprint}`);
    const pinned = await doctorAt(url, gateway.secret, ...first.command.split(" ").slice(2));
    assert.deepEqual([pinned.exit, pinned.failed, pinned.ids], [0, undefined, []]);
    assert.deepEqual(gateway.log.filter(({ event }) => event === "hello-ok").length, 1);
  });

  it("tells another certificate than the pinned one, before anything is sent", async () => {
    const other = await certificateFor({ names: [], addresses: ["127.0.0.1"] });
    await using gateway = await openSocketGateway({ tls: other });
    const url = `wss://127.0.0.1:${gateway.port}`;
    const { failed, ids } = await doctorAt(url, gateway.secret, "--tls-fingerprint", selfSignedFingerprint);
    assert.deepEqual([failed, ids], ["TLS", ["TLS-CHANGED"]]);
    assert.deepEqual(gateway.log, []);
  });

  it("tells the wrong scheme in both directions", async () => {
    await using secured = await openSocketGateway({ tls: selfSigned });
    const plain = await doctorAt(`ws://127.0.0.1:${secured.port}`, secured.secret);
    assert.deepEqual([plain.failed, plain.ids], ["HTTP upgrade", ["TLS-WANTED"]]);
    assert.equal(plain.command, `claw status --url wss://127.0.0.1:${secured.port}`);
    await using open = await openSocketGateway();
    const { failed, ids } = await doctorAt(`wss://127.0.0.1:${open.port}`, open.secret);
    assert.deepEqual([failed, ids], ["TLS", ["TLS-UNWANTED"]]);
  });

  it("stops at a name that is not found", async () => {
    const { failed, ids } = await doctorAt("wss://no-such-host.invalid", "x".repeat(20));
    assert.deepEqual([failed, ids], ["DNS", ["NET-DNS"]]);
  });
});
