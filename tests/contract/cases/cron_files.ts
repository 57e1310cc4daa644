/**
 * Jobs as a file: `export`, `diff` and `apply`, through the limit that 2026.9.6 puts on cron writes.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { mark } from "../mark.ts";
import { cronLabs } from "./cron_labs.ts";

for (const lab of cronLabs) {
  describe(`cron files at gateway ${lab.version}`, () => {
    it("what was exported, applied again, changes nothing", async () => {
      using home = lab.home();
      const flags = [
        "--cron",
        "15 7 * * *",
        "--message",
        "on\n- 0 9 * * *: yes",
        "--no-deliver",
        "--description",
        "#1",
      ];
      assertExit(await home.claw(["cron", "add", "--name", mark(), ...flags]), 0);
      assertExit(await home.claw(["cron", "add", "--name", mark(), "--at", "+3h", "--system-event", "later"]), 0);
      const exported = await home.claw(["cron", "export"]);
      assertExit(exported, 0);
      assert.match(exported.stdout, /seed 249/);
      const applied = await apply(home, exported.stdout);
      assertExit(applied, 0);
      assert.match(applied.stdout, /^0 created, 0 changed, \d+ unchanged, 0 removed$/m);
      assertExit(await home.claw(["cron", "diff", "-f", "jobs.yaml"]), 0);
    });

    it("apply creates, then changes, then finds nothing to do", async () => {
      using home = lab.home();
      const [first, second] = [mark(), mark()];
      const created = await apply(home, jobs([first, "1h"], [second, "2h"]));
      assertExit(created, 0);
      assert.match(created.stdout, /^2 created, 0 changed, 0 unchanged, 0 removed$/m);
      const different = jobs([first, "1h"], [second, "3h"]);
      writeFileSync(join(home.path, "other.yaml"), different);
      assertExit(await home.claw(["cron", "diff", "-f", "other.yaml"]), 1);
      assert.match((await apply(home, different)).stdout, /^0 created, 1 changed, 1 unchanged, 0 removed$/m);
      assert.match((await apply(home, different)).stdout, /^0 created, 0 changed, 2 unchanged, 0 removed$/m);
    });

    it("apply goes on after a job that the gateway refuses, and running it again finishes the work", async () => {
      using home = lab.home();
      const [good, bad] = [mark(), mark()];
      const refused = `${jobs([bad, "1h"])}    delivery: { mode: webhook, to: "not a url" }\n`;
      const run = await apply(home, `${refused}${jobs([good, "1h"]).replace("jobs:\n", "")}`);
      assertExit(run, 65);
      assert.match(run.stdout, /1 created, 0 changed, 0 unchanged, 0 removed, 1 failed/);
      const again = await apply(home, jobs([bad, "1h"], [good, "1h"]));
      assertExit(again, 0);
      assert.match(again.stdout, /^1 created, 0 changed, 1 unchanged, 0 removed$/m);
    });

    it("apply --prune wants a yes, and removes only what is not in the file", async () => {
      using home = lab.home();
      const exported = (await home.claw(["cron", "export"])).stdout;
      const name = mark();
      assertExit(await home.claw(["cron", "add", "--name", name, "--every", "1h", "--system-event", "x"]), 0);
      writeFileSync(join(home.path, "jobs.yaml"), exported);
      assertExit(await home.claw(["cron", "apply", "-f", "jobs.yaml", "--prune"]), 64);
      const pruned = await home.claw(["cron", "apply", "-f", "jobs.yaml", "--prune", "--yes"]);
      assertExit(pruned, 0);
      assert.match(pruned.stdout, /^0 created, 0 changed, \d+ unchanged, 1 removed$/m);
      assertExit(await home.claw(["cron", "show", name]), 65);
    });

    it("apply waits out the gateway's limit on writes instead of failing", async () => {
      using home = lab.home();
      const names = Array.from({ length: 33 }, () => mark());
      const run = await apply(home, jobs(...names.map((name): [string, string] => [name, "1h"])));
      assertExit(run, 0);
      assert.match(run.stdout, /^33 created, 0 changed, 0 unchanged, 0 removed$/m);
      if (lab.protocol === 4) assert.match(run.stderr, /waiting \d+ s.*30 .*a minute/);
      assert.equal(envelopeOf(await home.claw(["cron", "list", "--query", "mark-", "--all", "--json"])).ok, true);
    });
  });
}

function jobs(...all: readonly (readonly [name: string, every: string])[]): string {
  const entries = all.map(([name, every]) =>
    `  - name: ${name}\n    schedule: { kind: every, everyMs: ${Number.parseInt(every) * 3_600_000} }\n` +
    "    sessionTarget: main\n    wakeMode: next-heartbeat\n    payload: { kind: systemEvent, text: x }\n"
  );
  return `jobs:\n${entries.join("")}`;
}

async function apply(home: BinaryHome, text: string) {
  writeFileSync(join(home.path, "jobs.yaml"), text);
  return await home.claw(["cron", "apply", "-f", "jobs.yaml"], { killAfterMs: 180_000 });
}
