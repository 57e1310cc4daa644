import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { certificateFor } from "../support/certificate.ts";
import { writeConfig } from "../support/contexts.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { itWhen } from "../support/it_when.ts";
import { freePort } from "../support/sockets.ts";
import { sshObstacle, type SshServer, startSshServer } from "../support/ssh_server.ts";
import { type Passing, startTcpProxy } from "../support/tcp_proxy.ts";
import { createTestHome, type RunResult, type TestHome } from "../support/world.ts";

let started: SshServer | undefined;
const server = () => started ?? assert.fail("no server");
const path = () => server().path();

/** The error of a run that failed. */
function errorOf({ exit, stdout }: RunResult) {
  const { error } = JSON.parse(stdout);
  return { exit, ...error };
}

function homeFor(gateway: { readonly port: number; readonly secret: string }): TestHome {
  return createTestHome({
    PATH: path(),
    CLAW_SSH: server().target,
    CLAW_PORT: `${gateway.port}`,
    CLAW_TOKEN: gateway.secret,
  });
}

/** An `ssh` that is this shell script, and in place of a far machine. */
function fakeHome(script: string): TestHome {
  const home = createTestHome({ CLAW_SSH: "me@far", CLAW_TIMEOUT: "1500ms" });
  writeFileSync(`${home.path}/ssh`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...home, claw: (args, given) => home.claw(args, { ...given, env: { PATH: `${home.path}:/usr/bin:/bin` } }) };
}

describe("claw --ssh", () => {
  before(async () => {
    if (sshObstacle === undefined) started = await startSshServer();
  });
  after(async () => await started?.[Symbol.asyncDispose]());

  itWhen(sshObstacle, "reaches a gateway as the other machine sees it, and leaves nothing behind", async () => {
    await using gateway = await openSocketGateway();
    using home = homeFor(gateway);
    const { exit, stdout, stderr } = await home.claw(["event", "x", "--now"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.ok(stdout.includes(`at ws://127.0.0.1:${gateway.port}/ by ssh ${server().target},`), stdout);
    assert.deepEqual(server().running(), []);
  });

  itWhen(sshObstacle, "keeps the device token for that gateway of that machine alone", async () => {
    await using gateway = await openSocketGateway();
    using home = homeFor(gateway);
    assert.equal((await home.claw(["status"])).exit, 0);
    const there = await home.claw(["status", "--json"], { env: { CLAW_TOKEN: "" } });
    assert.equal(JSON.parse(there.stdout).data.gateway.login, "device-token from the token store");
    const here = await home.claw(["status", "--json"], { env: { CLAW_TOKEN: "", CLAW_SSH: "" } });
    assert.deepEqual([here.exit, JSON.parse(here.stdout).error.code], [77, "auth/required"]);
  });

  itWhen(sshObstacle, "checks the certificate of a TLS gateway within the tunnel", async () => {
    const own = await certificateFor();
    await using gateway = await openSocketGateway({ tls: own });
    using home = homeFor(gateway);
    const url = { CLAW_PORT: "", CLAW_URL: `wss://127.0.0.1:${gateway.port}` };
    const unknown = errorOf(await home.claw(["event", "x", "--json"], { env: url }));
    assert.deepEqual([unknown.exit, unknown.code], [69, "net/tls"]);
    assert.ok(unknown.message.endsWith(`SHA-256 ${own.fingerprint} (by ssh ${server().target})`), unknown.message);
    assert.deepEqual(gateway.log, []);
    const pinned = await home.claw(["event", "x", "--tls-fingerprint", own.fingerprint], { env: url });
    assert.deepEqual([pinned.exit, pinned.stderr], [0, ""]);
    const other = (await certificateFor()).fingerprint;
    const changed = errorOf(await home.claw(["event", "x", "--json", "--tls-fingerprint", other], { env: url }));
    assert.match(changed.message, /rotated, or someone is between/);
  });

  itWhen(sshObstacle, "is looked through by context trust, which sends nothing", async () => {
    const own = await certificateFor();
    await using gateway = await openSocketGateway({ tls: own });
    using home = createTestHome({ PATH: path() });
    const url = `wss://127.0.0.1:${gateway.port}`;
    writeConfig(home, {
      "contexts/far.json5": `{ ssh: "${server().target}", url: "${url}", token: "${gateway.secret}" }`,
    });
    const met = await home.claw(["event", "x", "--context", "far"]);
    assert.match(met.stderr, /\(by ssh \S+\)\n.*: claw context trust far$/m);
    const trusted = await home.claw(["context", "trust", "far", "--fingerprint", own.fingerprint]);
    assert.deepEqual([trusted.exit, trusted.stderr, gateway.log], [0, "", []]);
    assert.ok(trusted.stdout.includes(`${url} by ssh ${server().target}`), trusted.stdout);
    assert.equal((await home.claw(["event", "x", "--context", "far"])).exit, 0);
    assert.deepEqual(server().running(), []);
  });

  const refusals: readonly [name: string, knowledge: Parameters<SshServer["path"]>[0], facts: RegExp, exit: number][] =
    [
      [
        "an unknown host key",
        { host: "new" },
        /net\/ssh ssh to \S+ failed: Host key verification failed .*by hand/,
        69,
      ],
      [
        "another host key",
        { host: "other" },
        /net\/ssh .* failed: Host key verification failed .*someone is between/,
        69,
      ],
      [
        "a key that is refused",
        { key: "other" },
        /auth\/rejected .*: \S+@127.0.0.1: Permission denied \(publickey\)/,
        77,
      ],
    ];
  for (const [name, knowledge, facts, exit] of refusals) {
    itWhen(sshObstacle, `says what ssh says of ${name}, and sends nothing`, async () => {
      await using gateway = await openSocketGateway();
      using home = homeFor(gateway);
      const env = { PATH: server().path(knowledge) };
      const error = errorOf(await home.claw(["event", "x", "--json"], { env }));
      assert.match(`${error.code} ${error.message} ${error.hint}`, facts);
      assert.deepEqual([error.exit, gateway.log, server().running()], [exit, [], []]);
    });
  }

  itWhen(sshObstacle, "tells a gateway that is not there from a machine that is not, and waits for both", async () => {
    const port = await freePort();
    using home = createTestHome({ PATH: path(), CLAW_SSH: server().target, CLAW_PORT: `${port}` });
    const absent = errorOf(await home.claw(["event", "x", "--json"]));
    assert.deepEqual([absent.exit, absent.code, absent.details.cause], [69, "net/unreachable", "refused"]);
    assert.equal(absent.message, `nothing listens on 127.0.0.1:${port} of ${server().target} (connection refused)`);
    const nowhere = { CLAW_SSH: `ssh://nobody@127.0.0.1:${port}` };
    const off = errorOf(await home.claw(["event", "x", "--json"], { env: nowhere }));
    assert.deepEqual([off.exit, off.code], [69, "net/unreachable"]);
    assert.match(off.message, /^ssh to \S+ failed: connect to host 127\.0\.0\.1 port \d+: Connection refused$/);
    const opening = home.claw(["event", "x", "--retry", "20s"], {
      onStderr: () => void (opened ??= openSocketGateway({ port })),
      env: { CLAW_TOKEN: "dev-gateway-test-secret" },
    });
    let opened: ReturnType<typeof openSocketGateway> | undefined;
    await eventually(() => server().running().length > 0 || undefined, "ssh");
    opened ??= openSocketGateway({ port });
    const retried = await opening;
    await (await opened)[Symbol.asyncDispose]();
    assert.equal(retried.exit, 0, retried.stderr);
  });

  itWhen(sshObstacle, "says so when there is no ssh", async () => {
    using home = createTestHome({ PATH: "/nonexistent", CLAW_SSH: server().target });
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 69);
    assert.match(stderr, /failed: there is no program ssh\nclaw: hint: install OpenSSH's client/);
  });

  it("does not blame the gateway for an ssh that never comes through", async () => {
    using home = fakeHome("echo 'still trying' >&2; exec sleep 60");
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 69, stderr);
    assert.match(
      stderr,
      /^claw: error: ssh to me@far did not come through in time: still trying\nclaw: hint: .*: ssh me@far$/m,
    );
  });

  it("neither hangs nor floods when ssh says much, and escapes it", async () => {
    using home = fakeHome("head -c 3000000 /dev/zero | tr '\\0' '\\n' | sed 's/^/\\x1b[31mx/' >&2; exit 0");
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 69);
    assert.ok(stderr.length < 4_000 && !stderr.includes("\x1b"), stderr.slice(0, 400));
  });

  itWhen(sshObstacle, "ends at once when ssh is killed, or the run is interrupted, and leaves nothing", async () => {
    await using gateway = await openSocketGateway();
    let hear = () => {};
    const calls = new Set<unknown>();
    const decide = ({ frame }: Passing) => {
      if (frame.method === "wake") {
        calls.add(frame.id);
        hear();
      }
      return frame.type === "res" && calls.has(frame.id) ? "drop" : "pass";
    };
    await using proxy = await startTcpProxy({ targetPort: gateway.port, decide });
    using home = homeFor({ port: proxy.port, secret: gateway.secret });
    for (const end of ["ssh", "run"] as const) {
      const asked = new Promise<void>((resolve) => (hear = resolve));
      const controller = new AbortController();
      const running = home.claw(["event", "x"], { interrupted: controller.signal, env: { CLAW_TIMEOUT: "1m" } });
      await asked;
      const [pid = 0] = server().running();
      const startedMs = performance.now();
      if (end === "ssh") process.kill(pid, "SIGKILL");
      else controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
      const { exit, stderr } = await running;
      assert.ok(performance.now() - startedMs < 5_000, "it took long");
      assert.equal(exit, end === "ssh" ? 79 : 130, stderr);
      assert.equal(/claw: warning: ssh to \S+ ended: /.test(stderr), end === "ssh", stderr);
      assert.deepEqual(server().running(), []);
    }
  });

  itWhen(sshObstacle, "opens another tunnel for a watch whose ssh has ended", async () => {
    await using gateway = await openSocketGateway();
    using home = homeFor(gateway);
    const controller = new AbortController();
    let said = "";
    const running = home.claw(["watch"], { interrupted: controller.signal, onStderr: (text) => said += text });
    const hellos = () => gateway.log.filter(({ event }) => event.startsWith("hello-ok")).length;
    await eventually(() => hellos() === 1 || undefined, "a connection");
    for (const pid of server().running()) process.kill(pid, "SIGTERM");
    await eventually(() => hellos() === 2 || undefined, "another connection", 20_000);
    assert.equal(server().running().length, 1);
    assert.match(said, /ssh to \S+ ended: /);
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
    await running;
    assert.deepEqual(server().running(), []);
  });
});
