/**
 * Every verb about other devices, from the request of one that comes from afar to its removal.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import type { Lab } from "../lab.ts";
import { deviceLabs, openRemoteWay, remoteHome } from "./device_labs.ts";

for (const lab of deviceLabs) {
  describe(`devices at gateway ${lab.version}`, () => {
    it("a request is listed, shown, approved by its whole id, and the device let in", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const requestId = await requestOf(remote, ["event", "x"]);
      const { pending } = envelopeOf(await home.claw(["device", "list", "--json"])).data;
      const listed = pending.find((request: { requestId: string }) => request.requestId === requestId);
      assert.deepEqual(listed.newScopes, ["operator.write"]);
      const me = envelopeOf(await remote.claw(["device", "show", "--json"])).data;
      const shown = await home.claw(["device", "approve", me.deviceId, "--dry-run"]);
      assertExit(shown, 0);
      assert.ok(shown.stdout.includes(`request       ${requestId}\n`), shown.stdout);
      assert.ok(shown.stdout.includes(`key           ${me.keyFingerprint}\n`), shown.stdout);
      assertExit(await home.claw(["device", "approve", requestId.slice(0, 8), "--yes"]), 64);
      assertExit(await home.claw(["device", "approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"]), 0);
      assertExit(await remote.claw(["event", "x"]), 0);
    });

    it("a request that grew since it was seen is not the one that is approved", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const first = await requestOf(remote, ["status"]);
      const second = await requestOf(remote, ["cron", "add", "--name", "x", "--every", "1h", "--message", "x"]);
      const shown = envelopeOf(await home.claw(["device", "approve", second, "--dry-run", "--json"])).data.request;
      assert.deepEqual(shown.requestedScopes.toSorted(), ["operator.admin", "operator.read"]);
      if (lab.protocol === 3) {
        assert.equal(second, first, "2026.3.13 keeps the id, and adds to it");
        return assertExit(await home.claw(["device", "approve", first, "--yes", "--scopes", "read"]), 65);
      }
      assert.notEqual(second, first);
      const late = await home.claw(["device", "approve", first, "--yes", "--scopes", "admin,pairing,approvals"]);
      assertExit(late, 65);
      assertExit(await home.claw(["device", "approve", second, "--yes", "--scopes", "admin,pairing,approvals"]), 0);
    });

    it("a rejected device may ask again", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const first = await requestOf(remote, ["event", "x"]);
      assertExit(await home.claw(["device", "reject", first.slice(0, 13)]), 0);
      assert.notEqual(await requestOf(remote, ["event", "x"]), first);
    });

    it("a paired device asks for more, and gets no more than that", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const { deviceId } = await pairedRemote(remote, home, ["status"]);
      const requestId = await requestOf(remote, ["event", "x"]);
      const { request } = envelopeOf(await home.claw(["device", "approve", deviceId, "--dry-run", "--json"])).data;
      assert.deepEqual([request.approvedScopes, request.newScopes], [["operator.read"], ["operator.write"]]);
      const approved = await home.claw([
        "device",
        "approve",
        requestId,
        "--yes",
        "--scopes",
        "admin,pairing,approvals",
        "--json",
      ]);
      assertExit(approved, 0);
      assert.ok(!approved.stderr.includes("more than was shown"), approved.stderr);
      assert.deepEqual(envelopeOf(approved).data.device.scopes.toSorted(), ["operator.read", "operator.write"]);
      assertExit(await remote.claw(["event", "x"]), 0);
    });

    it("a label is kept where there are labels, and names the device", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const { deviceId } = await pairedRemote(remote, home, ["status"]);
      const renamed = await home.claw(["device", "rename", deviceId, "the shed"]);
      if (lab.protocol === 3) return assertExit(renamed, 65);
      assertExit(renamed, 0);
      assertExit(await home.claw(["device", "remove", "the shed", "--yes"]), 0);
    });

    it("another's rotated token is earned by a login, and a removed one lets nobody in", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const { deviceId } = await pairedRemote(remote, home, ["event", "x"]);
      const noSecret = { env: { CLAW_TOKEN: "" } };
      assertExit(await remote.claw(["event", "x"], noSecret), 0);
      const rotated = await home.claw(["device", "rotate", deviceId, "--yes", "--json"]);
      assertExit(rotated, 0);
      assert.equal(envelopeOf(rotated).data.stored, false);
      assertExit(await remote.claw(["event", "x"], noSecret), 77);
      assertExit(await remote.claw(["event", "x"]), 0);
      assertExit(await remote.claw(["event", "x"], noSecret), 0);
      assertExit(await home.claw(["device", "revoke", deviceId, "--yes"]), 0);
      assertExit(await remote.claw(["event", "x"], noSecret), 77);
      assert.match((await home.claw(["device", "list"])).stdout, new RegExp(`${deviceId.slice(0, 8)} .*revoked`));
      assertExit(await home.claw(["device", "remove", deviceId, "--yes"]), 0);
      assertExit(await remote.claw(["event", "x"]), 77);
      assertExit(await home.claw(["device", "remove", deviceId, "--yes"]), 65);
    });

    it("this device's rotated token is stored, and revoking and removing itself ends well", async () => {
      await verbsOnItself(lab);
    });

    it("a device without the gateway's secret learns who may decide", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      await pairedRemote(remote, home, ["device", "list"]);
      const list = await remote.claw(["device", "list", "--json"], { env: { CLAW_TOKEN: "" } });
      assertExit(list, 0);
      assert.equal(envelopeOf(list).data.isPartial, lab.protocol === 4);
      const more = await remote.claw(["event", "x"], { env: { CLAW_TOKEN: "" } });
      assertExit(more, 77);
    });
  });
}

async function verbsOnItself(lab: Lab): Promise<void> {
  using home = lab.home();
  const noSecret = { env: { OPENCLAW_CONFIG_PATH: "", CLAW_URL: lab.gateway.url } };
  assertExit(await home.claw(["event", "x"]), 0);
  assertExit(await home.claw(["device", "list"]), 0);
  const rotated = await home.claw(["device", "rotate", "--json"]);
  assertExit(rotated, 0);
  assert.equal(envelopeOf(rotated).data.stored, true);
  assertExit(await home.claw(["device", "rotate"], noSecret), 0);
  assertExit(await home.claw(["event", "x"], noSecret), 0);
  assertExit(await home.claw(["device", "verify"]), 0);
  const { deviceId } = envelopeOf(await home.claw(["device", "show", "--json"])).data;
  assertExit(await home.claw(["device", "revoke", deviceId, "--yes"]), 64);
  assertExit(await home.claw(["device", "revoke", deviceId, "--yes", "--self"]), 0);
  assertExit(await home.claw(["event", "x"], noSecret), 77);
  // On the gateway's own host it is paired again by itself.
  assertExit(await home.claw(["device", "list"]), 0);
  assertExit(await home.claw(["device", "remove", deviceId, "--yes", "--self"]), 0);
  assertExit(await home.claw(["event", "x"], noSecret), 77);
}

/** What a run asks for that is refused for want of approval. */
async function requestOf(remote: BinaryHome, args: readonly string[]): Promise<string> {
  const run = await remote.claw([...args, "--json"]);
  assertExit(run, 77);
  return String(envelopeOf(run).error?.details?.["requestId"]);
}

async function pairedRemote(remote: BinaryHome, home: BinaryHome, args: readonly string[]) {
  assertExit(
    await home.claw([
      "device",
      "approve",
      await requestOf(remote, args),
      "--yes",
      "--scopes",
      "admin,pairing,approvals",
    ]),
    0,
  );
  assertExit(await remote.claw(args), 0);
  const { deviceId } = envelopeOf(await remote.claw(["device", "show", "--json"])).data;
  return { deviceId: String(deviceId) };
}
