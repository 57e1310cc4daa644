/**
 * What lies around the compiled program, and what it does with it: files of the directory it is started in, OpenClaw's
 * configuration, its own key, proxies. Against the dev gateway, which is in the binary too.
 */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, binaryPath, createBinaryHome } from "../support/binary.ts";
import { openSocketGateway, testSecret } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { give, isRoot, plainUserId } from "../support/store.ts";
import { attemptsIn } from "../support/trace.ts";

describe("claw gateway dev", () => {
  it("serves the binary's own client, tells each step, and ends at a signal", async () => {
    using home = createBinaryHome();
    const gateway = home.start(["gateway", "dev", "--port", "0", "--json"]);
    const first = await eventually(() => gateway.output.stdout.split("\n").at(-2) && gateway.output.stdout, "its port");
    const { data: { port, token } } = JSON.parse(first.split("\n")[0] ?? "");
    const run = await home.claw(["event", "to the dev gateway", "--now"], {
      env: { CLAW_PORT: String(port), CLAW_TOKEN: token },
    });
    assertExit(run, 0);
    gateway.kill("SIGINT");
    const ended = await gateway.ended;
    assertExit(ended, 130);
    const lines = ended.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.ok(lines.length > 3);
    assert.ok(lines.slice(0, -1).every(({ v, ok }) => v === 1 && ok === true));
    assert.ok(ended.stdout.includes("to the dev gateway"));
  });
});

describe("claw in a directory of somebody else's", () => {
  it("runs no preload of a bunfig.toml, takes no variable from a .env, and reads no tsconfig or package.json", async () => {
    await using gateway = await openSocketGateway();
    using home = createBinaryHome({ CLAW_PORT: String(gateway.port), CLAW_TOKEN: gateway.secret });
    const evil = `require("node:fs").writeFileSync(${JSON.stringify(join(home.path, "ran"))}, "")`;
    const files = {
      "bunfig.toml": 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n',
      ".env": "CLAW_PORT=1\nCLAW_URL=ws://127.0.0.1:1\nBUN_OPTIONS=--preload=./evil.js\n",
      ".env.production": "CLAW_URL=ws://127.0.0.1:1\n",
      "tsconfig.json": "{ this is no JSON",
      "package.json": "{ this is no JSON",
      "evil.js": evil,
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(home.path, name), content);
    assertExit(await home.claw(["event", "x"]), 0);
    assert.equal(existsSync(join(home.path, "ran")), false);
  });
});

describe("claw beside an OpenClaw installation", () => {
  it("reads openclaw.json as JSON5, from its usual place, and changes nothing there", async () => {
    await using gateway = await openSocketGateway();
    using home = createBinaryHome({ LAB_TOKEN: testSecret });
    const path = join(home.path, ".openclaw/openclaw.json");
    const text =
      `// a comment\n{ gateway: { /* another */ port: ${gateway.port}, auth: { token: '\${LAB_TOKEN}', }, }, }\n`;
    mkdirSync(join(home.path, ".openclaw"));
    writeFileSync(path, text);
    assertExit(await home.claw(["event", "x"]), 0);
    assert.equal(readFileSync(path, "utf8"), text);
  });

  it("reaches a gateway on loopback in spite of proxy variables", async () => {
    await using gateway = await openSocketGateway();
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    const proxies = Object.fromEntries(names.map((name) => [name, "http://127.0.0.1:1"]));
    for (const host of ["127.0.0.1", "localhost"]) {
      using home = createBinaryHome({
        ...proxies,
        CLAW_URL: `ws://${host}:${gateway.port}`,
        CLAW_TOKEN: gateway.secret,
      });
      assertExit(await home.claw(["event", "x"]), 0);
    }
  });
});

describe("claw's own key", () => {
  it("is refused while others can read it, and taken again after the command in the hint", async () => {
    await using gateway = await openSocketGateway();
    using home = createBinaryHome({ CLAW_PORT: String(gateway.port), CLAW_TOKEN: gateway.secret });
    chmodSync(home.path, 0o711);
    copyFileSync(binaryPath(), join(home.path, "claw"));
    give(home.path);
    const shell = isRoot
      ? `shift; exec setpriv --reuid=${plainUserId} --regid=${plainUserId} --clear-groups -- ./claw "$@"`
      : 'shift; exec ./claw "$@"';
    assertExit(await home.claw(["event", "x"], { shell }), 0);
    const key = join(home.path, ".config/claw/device.json");
    chmodSync(key, 0o644);
    const refused = await home.claw(["event", "x"], { shell });
    assertExit(refused, 78);
    const command = /^claw: hint: .*?(chmod \d+ \S+)/m.exec(refused.stderr)?.[1] ?? "";
    assert.equal(command, `chmod 600 ${key}`);
    const mended = await home.claw(["event", "x"], { shell: `${command}; ${shell}` });
    assertExit(mended, 0);
  });
});

describe("claw --trace", () => {
  it("writes a private file of frames, secrets masked", async () => {
    await using gateway = await openSocketGateway();
    using home = createBinaryHome({ CLAW_PORT: String(gateway.port), CLAW_TOKEN: gateway.secret });
    const path = join(home.path, "trace");
    assertExit(await home.claw(["event", "x", "--trace", path]), 0);
    assert.deepEqual(attemptsIn(path), [{ token: "***" }]);
    assert.ok(!readFileSync(path, "utf8").includes(gateway.secret));
    assertExit(await home.claw(["whoami"], { shell: `test "$(stat -c %a ${path})" = 600 && exec "$@"` }), 0);
  });
});
