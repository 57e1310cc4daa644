/**
 * Pairing requests as they arrive, and the decision on one by a key, on a terminal.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, binaryPath, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { itWhen } from "../../support/it_when.ts";
import { openTerminal, terminalObstacle } from "../../support/terminal.ts";
import { deviceLabs, openRemoteWay, remoteHome } from "./device_labs.ts";

for (const lab of deviceLabs) {
  describe(`claw device watch at gateway ${lab.version}`, () => {
    it("sees a request that another device makes, and that the official command line approves", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const watching = home.start(["device", "watch", "--json"]);
      await eventually(() => watching.output.stderr.includes("claw: connected") || undefined, "the connection");
      const asked = await remote.claw(["event", "x", "--json"]);
      assertExit(asked, 77);
      const requestId = String(envelopeOf(asked).error?.details?.["requestId"]);
      const me = envelopeOf(await remote.claw(["device", "show", "--json"])).data;
      const find = (event: string) => {
        const lines = watching.output.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).data);
        return lines.find((data) => data.event === event && (data.requestId ?? data.request?.requestId) === requestId);
      };
      const { request } = await eventually(() => find("requested"), "the request");
      assert.deepEqual([request.deviceId, request.keyFingerprint], [me.deviceId, me.keyFingerprint]);
      assert.deepEqual(request.newScopes, ["operator.write"]);
      await lab.gateway.cli("devices", "approve", requestId);
      assert.equal((await eventually(() => find("resolved"), "the decision")).decision, "approved");
      watching.kill("SIGTERM");
      assertExit(await watching.ended, 143);
    });

    itWhen(terminalObstacle, "approves by a key, and leaves the terminal as it was", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const asked = await remote.claw(["event", "x", "--json"]);
      assertExit(asked, 77);
      const requestId = String(envelopeOf(asked).error?.details?.["requestId"]);
      const line = 'trap : INT; "$@"; echo "exit $?"; stty -a | grep -o "[^ ]*icanon"';
      const terminal = openTerminal(["sh", "-c", line, "sh", binaryPath(), "device", "watch"], {
        HOME: home.path,
        TERM: "dumb",
        OPENCLAW_CONFIG_PATH: lab.gateway.configPath,
      });
      await terminal.sees(new RegExp(`request {2,}${requestId}`), 20_000);
      await terminal.sees("[a]pprove", 20_000);
      await new Promise((resolve) => setTimeout(resolve, 700));
      terminal.type("a");
      await terminal.sees("approved device", 20_000);
      await terminal.sees("was approved");
      terminal.type("\x03");
      await terminal.sees("exit 130");
      await terminal.sees(/[^-]icanon/);
      assert.equal(await terminal.ended, 0);
      assertExit(await remote.claw(["event", "x"]), 0);
    });
  });
}
