import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createTestHome } from "../../support/world.ts";

const add = ["cron", "add", "--name", "x", "--every", "1h", "--dry-run", "--json"];

describe("readDefinitionInput()", () => {
  it("takes a message from standard input, without its last line feed", async () => {
    using home = createTestHome();
    const { exit, stdout, stderr } = await home.claw([...add, "--message", "-"], { stdin: "one\ntwo\n" });
    assert.equal(exit, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).data.params.payload, { kind: "agentTurn", message: "one\ntwo" });
  });

  it("takes a system event from standard input beside a file of members", async () => {
    using home = createTestHome();
    const file = join(home.path, "more.json");
    writeFileSync(file, '{ "description": "more" }');
    const run = await home.claw([...add, "--system-event", "-", "--json-file", file], { stdin: "hello" });
    const { description, payload } = JSON.parse(run.stdout).data.params;
    assert.deepEqual([description, payload], ["more", { kind: "systemEvent", text: "hello" }]);
  });

  it("refuses an empty standard input, and two flags that both want it", async () => {
    using home = createTestHome();
    const empty = await home.claw([...add, "--message", "-"], { stdin: "\n" });
    assert.equal(empty.exit, 64);
    assert.match(empty.stdout, /--message: the value is empty/);
    const both = await home.claw([...add, "--message", "-", "--json-file", "-"], { stdin: "{}" });
    assert.equal(both.exit, 64);
    assert.match(both.stdout, /--message - and --json-file - contradict each other/);
  });
});
