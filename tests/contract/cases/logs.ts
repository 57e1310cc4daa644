/**
 * `claw logs`: lines of real gateways, and following them through what befalls a log.
 */
import assert from "node:assert/strict";
import { appendFileSync, truncateSync } from "node:fs";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import type { Lab } from "../lab.ts";
import { mark } from "../mark.ts";
import { logPath, systemLabs } from "./system_labs.ts";

/** What both generations log of a device that asks for more, at a level that both write. */
const words = "security audit: device access upgrade requested";

/** Makes the gateway log these words once. @returns the id of the device that they name */
async function leaveTrace(lab: Lab): Promise<string> {
  using home = lab.home();
  assertExit(await home.claw(["presence"]), 0);
  assertExit(await home.claw(["event", mark()]), 0);
  return envelopeOf(await home.claw(["whoami", "--json"])).data.deviceId;
}

for (const lab of systemLabs) {
  describe(`logs at gateway ${lab.version}`, () => {
    it("shows the lines of the gateway, read and as they are", async () => {
      using home = lab.home();
      const deviceId = await leaveTrace(lab);
      const people = await home.claw(["logs"]);
      assertExit(people, 0);
      const line = new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d warn +gateway ${words} .*device=${deviceId} .*$`,
        "m",
      );
      assert.match(people.stdout, line);
      const program = await home.claw(["logs", "--json", "--limit", "50"]);
      const lines = program.stdout.trimEnd().split("\n").map((text) => JSON.parse(text).data);
      const found = lines.find(({ message }) => message.startsWith(words) && message.includes(deviceId));
      assert.ok(JSON.parse(found?.line ?? "{}")["_meta"], "it is there, as the gateway wrote it");
      assert.ok(lines.length <= 50);
      assert.ok(!program.stdout.includes(lab.gateway.secret));
    });

    it("--follow shows each line once, through a log that begins anew and a gateway that does", async () => {
      using home = lab.home();
      const { ended, output, kill } = home.start(["logs", "-f", "--limit", "1", "--max-bytes", "20000"], {
        killAfterMs: 150_000,
      });
      const shows = (text: string) => eventually(() => output.stdout.includes(text) || undefined, text, 40_000);
      await eventually(() => output.stdout.includes("\n") || undefined, "the last line");
      const first = await leaveTrace(lab);
      await shows(first);
      truncateSync(logPath(lab));
      appendFileSync(logPath(lab), "begun anew\u001b[2J\n");
      await shows("begun anew\\u{1b}[2J\n");
      const second = await leaveTrace(lab);
      await shows(second);
      await lab.gateway.stop();
      await eventually(
        () => /the connection is lost, trying again: /.test(output.stderr) || undefined,
        "the loss is told of",
      );
      await lab.gateway.start();
      const third = await leaveTrace(lab);
      await shows(third);
      kill("SIGINT");
      const run = await ended;
      assertExit(run, 130);
      for (const deviceId of [first, second, third]) {
        const told = run.stdout.split("\n").filter((line) => line.includes(words) && line.includes(deviceId));
        assert.equal(told.length, 1, `${deviceId} in\n${run.stdout}`);
      }
      assert.match(run.stderr, /warning: the log begins anew, in /);
      assert.doesNotMatch(run.stdout, /res ✓ logs\.tail/);
    });
  });
}
