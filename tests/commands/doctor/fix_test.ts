import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome, type RunResult } from "../../support/world.ts";

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly cause: string;
  readonly command: string;
}

function findingsIn({ stdout }: RunResult): readonly Found[] {
  return JSON.parse(stdout).data.findings;
}

/** How fast a busy machine is does not count. */
function idsIn(run: RunResult): readonly string[] {
  return findingsIn(run).map(({ id }) => id).filter((id) => id !== "LAT-1");
}

describe("claw doctor --fix", () => {
  it("narrows the modes of claw's own files, takes a crash's leftovers away, and touches nothing else", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.equal((await home.claw(["event", "x"])).exit, 0);
    const directory = join(home.path, ".config/claw");
    const key = join(directory, "device.json");
    const left = join(directory, "device.json.352e8c2f-167e-412c-bb65-05e6915dc592.tmp");
    const foreign = join(home.path, "mine.txt");
    for (const path of [left, foreign]) writeFileSync(path, "x", { mode: 0o644 });
    utimesSync(left, 0, 0);
    for (const path of [key, directory]) chmodSync(path, path === key ? 0o644 : 0o777);
    assert.deepEqual(idsIn(await home.claw(["doctor", "--json"])).toSorted(), ["CFG-3", "CFG-3"]);
    const fixed = await home.claw(["doctor", "--fix", "--json"]);
    assert.equal(fixed.exit, 0, fixed.stdout);
    const { mended } = JSON.parse(fixed.stdout).data;
    assert.deepEqual(mended.map(({ did }: { did: string }) => did), [
      "mode 0777 is now 0700",
      "left over by a crash: removed",
      "mode 0644 is now 0600",
    ]);
    assert.equal(statSync(key).mode & 0o777, 0o600);
    assert.equal(statSync(foreign).mode & 0o777, 0o644);
    assert.ok(!readdirSync(directory).some((name) => name.endsWith(".tmp")));
  });

  it("reaches the tokens of an earlier device, and nothing by a link", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:1", CLAW_TOKEN: "x".repeat(20) });
    const state = join(home.path, ".local/state/claw");
    const aside = join(state, "tokens/0123abcd");
    const foreign = join(home.path, "foreign");
    for (const folder of [aside, foreign]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const folder of [state, join(state, "tokens")]) chmodSync(folder, 0o700);
    for (const path of [join(aside, "t.json"), join(foreign, "a"), join(foreign, "b")]) writeFileSync(path, "x");
    linkSync(join(foreign, "a"), join(state, "tokens/hard.json"));
    symlinkSync(foreign, join(state, "lockouts"));
    mkdirSync(join(home.path, ".config/claw/d.352e8c2f-167e-412c-bb65-05e6915dc592.tmp"), { recursive: true });
    utimesSync(join(home.path, ".config/claw/d.352e8c2f-167e-412c-bb65-05e6915dc592.tmp"), 0, 0);
    chmodSync(join(home.path, ".config/claw"), 0o700);
    const { mended } = JSON.parse((await home.claw(["doctor", "--fix", "--json"])).stdout).data;
    assert.deepEqual(mended, [{ path: join(aside, "t.json"), did: "mode 0644 is now 0600" }]);
    assert.equal(statSync(aside).mode & 0o777, 0o700);
  });
});
