import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { readConfig, writeConfig } from "../../support/contexts.ts";
import { createTestHome } from "../../support/world.ts";

const contexts = { "contexts/home.json5": '{ url: "wss://home.example" }', "contexts/lab.json5": "{ port: 18790 }" };

describe("claw context use", () => {
  it("writes the choice into the config file, beside what a person wrote there, and takes it out for local", async () => {
    using home = createTestHome();
    writeConfig(home, { ...contexts, "config.json5": '{\n  // mine\n  retry: "1s", // short\n}\n' });
    const used = await home.claw(["context", "use", "lab"]);
    assert.deepEqual([used.exit, used.stderr], [0, ""]);
    assert.equal(used.stdout, "using context lab: ws://127.0.0.1:18790/\n");
    assert.equal(readConfig(home, "config.json5"), '{\n  // mine\n  retry: "1s", // short\n  context: "lab",\n}\n');
    const { data } = JSON.parse((await home.claw(["context", "use", "home", "--json"])).stdout);
    assert.deepEqual(data, { status: "using", context: "home", before: "lab", url: "wss://home.example/" });
    const local = await home.claw(["context", "use", "local"]);
    assert.equal(local.stdout, "using context local: ws://127.0.0.1:18789/\n");
    assert.equal(readConfig(home, "config.json5"), '{\n  // mine\n  retry: "1s", // short\n}\n');
  });

  it("refuses a context that is not there, or broken, and changes nothing", async () => {
    using home = createTestHome();
    writeConfig(home, { ...contexts, "contexts/bad.json5": '{\n port: "x" }', "config.json5": '{ context: "lab" }' });
    const unknown = await home.claw(["context", "use", "hme"]);
    assert.equal(unknown.exit, 65);
    assert.match(
      unknown.stderr,
      /^claw: error: there is no context hme\nclaw: hint: there are: local, bad, home, lab$/m,
    );
    const broken = await home.claw(["context", "use", "bad"]);
    assert.equal(broken.exit, 78);
    assert.match(broken.stderr, /bad\.json5, line 2: port must be a number$/m);
    assert.equal(readConfig(home, "config.json5"), '{ context: "lab" }');
  });

  it("says so when something comes before it here", async () => {
    using home = createTestHome();
    writeConfig(home, contexts);
    for (
      const [env, words] of [
        [{ CLAW_URL: "ws://127.0.0.1:9" }, "the context is none: CLAW_URL names the gateway"],
        [{ OPENCLAW_GATEWAY_URL: "ws://127.0.0.1:9" }, "the context is local, by OPENCLAW_GATEWAY_URL"],
        [{ CLAW_CONTEXT: "home" }, "the context is home, by CLAW_CONTEXT"],
      ] as const
    ) {
      const { exit, stderr } = await home.claw(["context", "use", "lab"], { env });
      assert.equal(exit, 0);
      assert.equal(stderr, `claw: warning: here it is not in use all the same: ${words}\n`);
    }
    // Which gateway it is can be told without anybody's secret.
    const asking = { CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN_CMD: `touch ${home.path}/asked` };
    await home.claw(["context", "use", "lab"], { env: asking });
    await home.claw(["context", "add", "new", "--port", "9"], { env: asking });
    await home.claw(["context", "list", "--offline"], { env: asking });
    await home.claw(["context", "rm", "new", "--yes"], { env: asking });
    assert.ok(!existsSync(`${home.path}/asked`), "the secret's command was run");
    const gone = await home.claw(["context", "use", "local"], { env: { CLAW_CONTEXT: "gone" } });
    assert.match(gone.stderr, /^claw: warning: CLAW_CONTEXT: there is no context gone/);
  });
});

describe("claw context show", () => {
  it("shows the context in force, or the one that is named, with where each value stands", async () => {
    using home = createTestHome({ CLAW_TIMEOUT: "4s" });
    writeConfig(home, { ...contexts, "config.json5": '{ context: "lab", agent: "ops" }' });
    const file = `${home.path}/.config/claw/contexts/lab.json5`;
    const { exit, stdout, stderr } = await home.claw(["context", "show"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /^context +lab, by \S+config\.json5: context$/m);
    assert.match(stdout, new RegExp(`^file +${file}$`, "m"));
    assert.match(stdout, new RegExp(`^url +ws://127\\.0\\.0\\.1:18790/ {2}\\(${file}: port\\)$`, "m"));
    assert.match(stdout, /^agent +ops {2}\(\S+config\.json5: agent\)$/m);
    assert.match(stdout, /^timeout +4000 ms {2}\(CLAW_TIMEOUT\)$/m);
    const named = JSON.parse((await home.claw(["context", "show", "home", "--json"])).stdout).data;
    assert.deepEqual([named.context, named.by], ["home", undefined]);
    assert.equal(named.settings.find(({ name }: { name: string }) => name === "url").shown, "wss://home.example/");
    const local = await home.claw(["context", "show", "local"]);
    assert.match(local.stdout, /^context +local\nurl +ws:\/\/127\.0\.0\.1:18789\/ {2}\(default\)$/m);
  });

  it("tells of one that is not there or broken", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/bad.json5": "{ port: 0 }" });
    assert.equal((await home.claw(["context", "show", "x"])).exit, 65);
    const { exit, stderr } = await home.claw(["context", "show", "bad"]);
    assert.equal(exit, 78);
    assert.match(stderr, /bad\.json5: port: a port is a number from 1 to 65535$/m);
  });
});
