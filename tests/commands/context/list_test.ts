import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { readConfig, writeConfig } from "../../support/contexts.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

/** A port where connections are taken and nothing is ever said. */
async function openSilence(): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const open = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void open.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

describe("claw context list", () => {
  it("tells which gateways answer, marks the one in use, and shows what is broken; exit 0 all the same", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    writeConfig(home, {
      "config.json5": '{ context: "home", port: 9 }',
      "contexts/home.json5": `{ url: "${gateway.url}", token: "${gateway.secret}" }`,
      "contexts/off.json5": '{ port: 9, tokenCmd: "exit 1" }',
      "contexts/bad.json5": '{\n  url: "wss://x.example",\n  tokn: "hunter2",\n}',
    });
    const { exit, stdout, stderr } = await home.claw(["context", "list"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    const [head = "", ...rows] = stdout.trimEnd().split("\n");
    assert.match(head, /^ +NAME +URL +CREDENTIAL +PIN +ANSWER$/);
    assert.match(
      rows[0] ?? "",
      /^ +local +ws:\/\/127\.0\.0\.1:9\/ +none +- +nothing listens on 127\.0\.0\.1:9 \(connection refused\)$/,
    );
    assert.match(rows[1] ?? "", /^ +bad +- +- +- +\S+bad\.json5, line 3: tokn is not a setting$/);
    assert.match(rows[2] ?? "", new RegExp(`^\\* +home +${gateway.url}/ +token +- +in [\\d.]+ ms$`));
    assert.match(
      rows[3] ?? "",
      /^ +off +ws:\/\/127\.0\.0\.1:9\/ +tokenCmd +- +nothing listens on 127\.0\.0\.1:9 \(connection refused\)$/,
    );
    assert.match(rows[4] ?? "", /^in use: home, by \S+config\.json5: context$/);
    assert.doesNotMatch(stdout, new RegExp(`${gateway.secret}|hunter2`));
  });

  it("has all of it for programs, without any secret", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    writeConfig(home, {
      "contexts/home.json5": `{ url: "${gateway.url}", token: "${gateway.secret}" }`,
      "contexts/bad.json5": "{ url: }",
    });
    const { stdout } = await home.claw(["context", "ls", "--json"], { env: { CLAW_CONTEXT: "home" } });
    assert.ok(!stdout.includes(gateway.secret));
    const { current, contexts } = JSON.parse(stdout).data;
    assert.deepEqual(current, { name: "home", by: "CLAW_CONTEXT" });
    const [local, bad, named] = contexts;
    assert.deepEqual([local.context, local.isCurrent, local.file], ["local", false, undefined]);
    assert.deepEqual([bad.error.code, bad.isReachable], ["config/invalid", undefined]);
    assert.deepEqual([named.isCurrent, named.isReachable, named.credential.kind, named.tlsFingerprint], [
      true,
      true,
      "token",
      null,
    ]);
    assert.ok(named.openMs >= 0 && named.challengeMs >= 0);
  });

  it("waits for no gateway longer than it is told, and for all at once", async () => {
    await using silence = await openSilence();
    using home = createTestHome();
    for (const name of ["a", "b", "c"]) writeConfig(home, { [`contexts/${name}.json5`]: `{ port: ${silence.port} }` });
    const startedAt = performance.now();
    const { exit, stdout } = await home.claw(["context", "list", "--timeout", "300ms", "--json"]);
    assert.ok(performance.now() - startedAt < 2_500, "one after the other, or without a limit");
    assert.equal(exit, 0);
    for (const { context, error } of JSON.parse(stdout).data.contexts.slice(1)) {
      assert.equal(error.code, "net/timeout", context);
    }
  });

  it("shows the others beside a file that leads nowhere", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/off.json5": "{ port: 9 }" });
    symlinkSync("/nowhere/at/all", `${home.path}/.config/claw/contexts/lost.json5`);
    const { exit, stdout, stderr } = await home.claw(["context", "list", "--offline"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /\n +lost +- .*\/lost\.json5 is a link that leads nowhere\n +off +ws:/);
  });

  it("--offline asks nobody", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    writeConfig(home, { "contexts/home.json5": `{ url: "${gateway.url}" }` });
    const { exit, stdout } = await home.claw(["context", "list", "--offline"]);
    assert.equal(exit, 0);
    assert.match(stdout, /^ +home .* not asked$/m);
    assert.match(stdout, /^\* +local .*\nin use: local, by default$|^in use: local, by default$/m);
    assert.deepEqual(gateway.log, []);
  });

  it("says what names the gateway when that is no context, and what chose one that is not there", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/home.json5": "{ port: 9 }" });
    const env = { CLAW_URL: "ws://127.0.0.1:9" };
    const other = await home.claw(["context", "list", "--offline"], { env });
    assert.match(other.stdout, /^in use: none: CLAW_URL names the gateway$/m);
    const gone = await home.claw(["context", "list", "--offline"], { env: { CLAW_CONTEXT: "gone" } });
    assert.equal(gone.exit, 0);
    assert.match(gone.stderr, /^claw: warning: CLAW_CONTEXT: there is no context gone \(there are: local, home\)$/m);
    assert.match(gone.stdout, /^ +home /m);
    const wrong = await home.claw(["context", "list", "--url", "ws://127.0.0.1:9"]);
    assert.equal(wrong.exit, 64);
    assert.equal(readConfig(home, "config.json5"), undefined);
  });

  it("fails where the config file is broken, since every command would", async () => {
    using home = createTestHome();
    writeConfig(home, { "config.json5": "{ tokn: 1 }" });
    const { exit, stderr } = await home.claw(["context", "list"]);
    assert.equal(exit, 78);
    assert.match(stderr, /config\.json5, line 1: tokn is not a setting$/m);
  });
});
