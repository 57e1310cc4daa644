/**
 * The compiled program by ssh: to a real gateway of 2026.9.6 and to the dev gateway, through an sshd of the test's own.
 * However a run ends, no ssh and no socket is left behind.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe } from "node:test";
import { assertExit, type BinaryHome, createBinaryHome, envelopeOf } from "../support/binary.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { itWhen } from "../support/it_when.ts";
import { freePort, portOf } from "../support/sockets.ts";
import { sshObstacle, type SshServer, startSshServer } from "../support/ssh_server.ts";
import { type Passing, startTcpProxy } from "../support/tcp_proxy.ts";
import { setUpLabs } from "./lab.ts";

let started: SshServer | undefined;
const server = () => started ?? assert.fail("no server");
before(async () => {
  if (sshObstacle === undefined) started = await startSshServer();
});
after(async () => await started?.[Symbol.asyncDispose]());

/** A home with a temporary directory of its own, so that what is left in it can be seen. */
function sshHome(port: number, env: Readonly<Record<string, string>> = {}): BinaryHome {
  const home = createBinaryHome();
  mkdirSync(join(home.path, "tmp"));
  const own = {
    PATH: server().path(),
    TMPDIR: join(home.path, "tmp"),
    CLAW_SSH: server().target,
    CLAW_PORT: `${port}`,
  };
  const start: BinaryHome["start"] = (args, choices = {}) =>
    home.start(args, { ...choices, env: { ...own, ...env, ...choices.env } });
  return { ...home, start, claw: (args, choices) => start(args, choices).ended };
}

function assertNothingLeft(home: BinaryHome): void {
  assert.deepEqual([server().running(), readdirSync(join(home.path, "tmp"))], [[], []]);
}

for (const lab of setUpLabs({ only: "2026.9.6" })) {
  describe(`gateway ${lab.version} by ssh`, () => {
    itWhen(sshObstacle, "takes events and reads, each by a tunnel that ends with the command", async () => {
      using home = sshHome(lab.gateway.port, { CLAW_TOKEN: lab.gateway.secret });
      const run = await home.claw(["event", "x", "--now"]);
      assertExit(run, 0);
      assert.equal(run.stderr, "");
      assertNothingLeft(home);
      for (const args of [["status"], ["cron", "list"], ["device", "list"]]) assertExit(await home.claw(args), 0);
      assertNothingLeft(home);
    });

    itWhen(
      sshObstacle,
      "gets no secret that is for this machine's gateway, though it is at the same address",
      async () => {
        using home = sshHome(lab.gateway.port, {
          OPENCLAW_CONFIG_PATH: lab.gateway.configPath,
          OPENCLAW_GATEWAY_TOKEN: lab.gateway.secret,
        });
        const run = await home.claw(["event", "x", "--json", "--trace", "trace"]);
        assertExit(run, 77);
        assert.equal(envelopeOf(run).error?.code, "auth/required");
        assertExit(await home.claw(["event", "x"], { env: { CLAW_SSH: "" } }), 0);
      },
    );

    itWhen(sshObstacle, "is a context, with its own secret", async () => {
      using home = sshHome(lab.gateway.port, { CLAW_PORT: "", CLAW_SSH: "" });
      mkdirSync(join(home.path, ".config/claw/contexts"), { recursive: true, mode: 0o700 });
      const text = `{ ssh: "${server().target}", port: ${lab.gateway.port}, token: "${lab.gateway.secret}" }`;
      writeFileSync(join(home.path, ".config/claw/contexts/far.json5"), text, { mode: 0o600 });
      assertExit(await home.claw(["event", "x", "--context", "far"]), 0);
      assertExit(await home.claw(["context", "validate", "far"]), 0);
      assertNothingLeft(home);
    });
  });
}

describe("ssh that fails", () => {
  itWhen(sshObstacle, "is told in one line, with a number that says who must act", async () => {
    await using gateway = await openSocketGateway();
    using home = sshHome(gateway.port, { CLAW_TOKEN: gateway.secret });
    const cases = [
      [{ PATH: server().path({ host: "new" }) }, 69, /ssh to \S+ failed: Host key verification failed$/m],
      [{ PATH: server().path({ host: "other" }) }, 69, /failed: Host key verification failed\n.*someone is between/m],
      [{ PATH: server().path({ key: "other" }) }, 77, /failed: \S+: Permission denied \(publickey\)$/m],
      [{ PATH: "/nonexistent" }, 69, /failed: there is no program ssh$/m],
      [
        { CLAW_PORT: `${await freePort()}` },
        69,
        /nothing listens on 127\.0\.0\.1:\d+ of ssh:\S+ \(connection refused\)$/m,
      ],
      [{ CLAW_SSH: `ssh://me@127.0.0.1:${await freePort()}` }, 69, /failed: connect to host .*: Connection refused$/m],
    ] as const;
    for (const [env, exit, words] of cases) {
      const run = await home.claw(["event", "x"], { env });
      assertExit(run, exit);
      assert.match(run.stderr, words);
      assert.equal(run.stderr.match(/^claw: error:/gm)?.length, 1, run.stderr);
      assertNothingLeft(home);
    }
    assert.deepEqual(gateway.log, []);
  });

  itWhen(sshObstacle, "or a run that is ended, leaves nothing behind", async () => {
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
    const ends = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", undefined], ["ssh", 79]] as const;
    for (const [end, exit] of ends) {
      using home = sshHome(proxy.port, { CLAW_TOKEN: gateway.secret, CLAW_TIMEOUT: "1m" });
      const asked = new Promise<void>((resolve) => (hear = resolve));
      const run = home.start(["event", "x"]);
      await asked;
      const startedMs = performance.now();
      if (end === "ssh") { for (const pid of server().running()) process.kill(pid, "SIGKILL"); }
      else run.kill(end);
      const ended = await run.ended.catch((thrown: unknown) => assert.fail(`after ${end}: ${thrown}`));
      if (exit === undefined) assert.ok(ended.exit !== 0, end);
      else assertExit(ended, exit);
      assert.ok(performance.now() - startedMs < 5_000, `${end} took long`);
      await eventually(() => server().running().length === 0 || undefined, `the end of ssh after ${end}`);
      assertNothingLeft(home);
    }
  });

  itWhen(sshObstacle, "is not left behind by a run that is ended twice while ssh still asks its way", async () => {
    // A machine that accepts and says nothing.
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    const port = portOf(silent);
    using home = sshHome(1, { CLAW_SSH: `ssh://me@127.0.0.1:${port}`, CLAW_TIMEOUT: "1m" });
    const run = home.start(["event", "x"]);
    await eventually(() => server().running().length > 0 || undefined, "ssh");
    run.kill("SIGINT");
    run.kill("SIGINT");
    await run.ended;
    await eventually(() => server().running().length === 0 || undefined, "the end of ssh");
    assertNothingLeft(home);
    silent.close();
  });
});
