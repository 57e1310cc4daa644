import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  type Entrance,
  sshArguments,
  type SshProcess,
  type SshRequest,
  startSsh,
} from "../../src/platform/ssh_process.ts";
import { eventually } from "../support/eventually.ts";
import { itWhen } from "../support/it_when.ts";

const request: SshRequest = {
  os: "linux",
  env: {},
  target: "me@host",
  host: "127.0.0.1",
  port: 18789,
  isAttended: false,
  connectMs: 10_000,
};
const socket = { path: "/tmp/claw-ssh-x/gateway" };
const joined = (wanted: Partial<SshRequest>, entrance: Entrance = socket) =>
  sshArguments({ ...request, ...wanted }, entrance).join(" ");

/** Runs with an `ssh` that is this shell script; it writes its arguments, one a line, into `$ARGV`. */
async function withFake(
  script: string,
  use: (ssh: SshProcess, argv: () => string[]) => Promise<void>,
  wanted: Partial<SshRequest> = {},
): Promise<void> {
  const directory = fs.mkdtempSync(join(tmpdir(), "claw-fake-"));
  const argv = join(directory, "argv");
  const text = `#!/bin/sh\nprintf '%s\\n' "$@" > "$ARGV"\n${script}\n`;
  fs.writeFileSync(join(directory, "ssh"), text, { mode: 0o755 });
  const ssh = await startSsh({ ...request, env: { PATH: `${directory}:/usr/bin:/bin`, ARGV: argv }, ...wanted });
  try {
    await use(ssh, () => fs.readFileSync(argv, "utf8").trimEnd().split("\n"));
  } finally {
    await ssh.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const pathOf = ({ entrance }: SshProcess) => "path" in entrance ? entrance.path : assert.fail("no socket");
/** What makes a socket appear where ssh was told to make it. */
const listen = `for last; do :; done
for word; do case $word in */gateway:*) : > "\${word%%:*}";; esac; done
exec sleep 60`;

describe("sshArguments()", () => {
  it("opens nothing but the one tunnel, and cannot be talked into an option", () => {
    assert.equal(
      joined({}),
      "-N -T -a -x -o ExitOnForwardFailure=yes -o ControlMaster=no -o ControlPath=none -o LogLevel=INFO " +
        "-o ConnectTimeout=9 -o BatchMode=yes -L /tmp/claw-ssh-x/gateway:127.0.0.1:18789 -- me@host",
    );
    assert.match(joined({ host: "[::1]" }), /-L \/tmp\/claw-ssh-x\/gateway:\[::1\]:18789 -- me@host$/);
  });

  it("lets ssh ask where somebody is, and never where nobody is", () => {
    assert.doesNotMatch(joined({ isAttended: true }), /BatchMode/);
    assert.match(joined({ isAttended: false }), /-o BatchMode=yes /);
  });

  it("tells ssh the time that there is, of which it needs a second", () => {
    for (const [connectMs, seconds] of [[100, 1], [2_000, 1], [30_500, 29]] as const) {
      assert.match(joined({ connectMs }), new RegExp(` ConnectTimeout=${seconds} `));
    }
  });

  it("takes a port of loopback, and ssh's word for it, where there are no sockets with a name", () => {
    const line = joined({ os: "windows" }, { host: "127.0.0.1", port: 30_123 });
    assert.match(line, /^-N -T -a -x .* -o LogLevel=DEBUG1 .* -L 127\.0\.0\.1:30123:127\.0\.0\.1:18789 -- me@host$/);
  });
});

describe("startSsh()", () => {
  it("starts ssh by its arguments alone, and is ready when its socket is there, in a directory of this user's", async () => {
    await withFake(listen, async (ssh, argv) => {
      assert.equal(await ssh.ready, true);
      assert.deepEqual(argv(), [...sshArguments({ ...request, target: "a;b $(c)" }, ssh.entrance)]);
      const directory = fs.statSync(join(pathOf(ssh), ".."));
      assert.equal(directory.mode & 0o777, 0o700);
    }, { target: "a;b $(c)" });
  });

  it("ends ssh by its id, and takes the directory away", async () => {
    await withFake(`echo $$ > "$ARGV.pid"; ${listen}`, async (ssh, argv) => {
      assert.equal(await ssh.ready, true);
      assert.ok(argv().length > 5);
      await ssh.close();
      assert.deepEqual([ssh.isEnded(), fs.existsSync(join(pathOf(ssh), ".."))], [true, false]);
    });
  });

  it("ends an ssh that heeds no SIGTERM", async () => {
    await withFake(`trap '' TERM\n${listen.replace("exec sleep 60", "while :; do sleep 1; done")}`, async (ssh) => {
      assert.equal(await ssh.ready, true);
      await ssh.close();
      assert.equal(ssh.isEnded(), true);
    });
  });

  it("is not ready when ssh ends instead, and has all that it said by then", async () => {
    await withFake(`printf 'first\\r\\n\\nlast without an end' >&2; exit 255`, async (ssh) => {
      assert.equal(await ssh.ready, false);
      assert.deepEqual([await ssh.ended, ssh.said], [undefined, ["first", "last without an end"]]);
    });
  });

  it("tells that there is no ssh", async () => {
    const ssh = await startSsh({ ...request, env: { PATH: "/nonexistent" } });
    assert.deepEqual([await ssh.ready, await ssh.ended, fs.existsSync(pathOf(ssh))], [false, "ENOENT", false]);
    await ssh.close();
  });

  it("is not ready when the program ssh is none, and leaves nothing", async () => {
    const directory = fs.mkdtempSync(join(tmpdir(), "claw-fake-"));
    fs.writeFileSync(join(directory, "ssh"), "\x7fELF and no more", { mode: 0o755 });
    const ssh = await startSsh({ ...request, env: { PATH: directory } });
    assert.equal(await ssh.ready, false);
    await ssh.close();
    // Bun tells so; Deno has a shell try it.
    assert.ok([undefined, "ENOEXEC"].includes(await ssh.ended));
    assert.equal(fs.existsSync(dirname(pathOf(ssh))), false);
    fs.rmSync(directory, { recursive: true });
  });

  it("goes by what ssh says where a port is the entrance, and keeps its chatter to itself", async () => {
    const script = "echo 'OpenSSH_9.5p1, LibreSSL' >&2; echo 'debug1: Connecting to host' >&2; echo 'a word' >&2\n" +
      "echo 'debug1: Local forwarding listening on 127.0.0.1 port 1.' >&2; exec sleep 60";
    await withFake(script, async (ssh) => {
      assert.equal(await ssh.ready, true);
      assert.deepEqual(ssh.said, ["a word"]);
      assert.ok("port" in ssh.entrance && ssh.entrance.port > 0);
    }, { os: "windows" });
  });

  it("keeps the last of ssh's words, and counts them all", async () => {
    await withFake("i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done >&2; exit 1", async (ssh) => {
      await ssh.ended;
      assert.deepEqual([ssh.said.length, ssh.said.at(-1), ssh.lineCount()], [40, "line 299", 300]);
    });
  });

  it("keeps no more of a line without an end than anybody reads", async () => {
    await withFake("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2; exit 1", async (ssh) => {
      await ssh.ended;
      assert.deepEqual(ssh.said, ["x".repeat(500), "end"]);
    });
  });

  describe("where TMPDIR is", () => {
    const before = process.env["TMPDIR"];
    const own = fs.mkdtempSync(join("/tmp", "claw-place-"));
    after(() => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      fs.rmSync(own, { recursive: true });
    });
    const makes = (name: string, mode: number) => {
      fs.mkdirSync(join(own, name));
      fs.chmodSync(join(own, name), mode);
      return join(own, name);
    };
    const places = [
      ["its owner's", () => makes("own", 0o700), true],
      ["everybody's, as /tmp is", () => makes("sticky", 0o1777), true],
      ["everybody's without the sticky bit", () => makes("open", 0o777), false],
      ["a path that is as long as one of a socket may be", () => makes("l".repeat(90 - own.length), 0o700), false],
      ["with a colon in it", () => makes("a:b", 0o700), false],
      ["not there", () => join(own, "none"), false],
      ["not from the root", () => relative(process.cwd(), makes("relative", 0o700)), false],
    ] as const;
    for (const [name, make, isUsed] of places) {
      it(`${isUsed ? "puts its socket there" : "puts its socket into /tmp"}: ${name}`, async () => {
        const place = make();
        process.env["TMPDIR"] = place;
        const ssh = await startSsh({ ...request, env: { PATH: "/nonexistent" } });
        await ssh.close();
        assert.equal(dirname(dirname(pathOf(ssh))), isUsed ? place : "/tmp");
      });
    }
  });

  it("does not hold on to signals when it is over", async () => {
    const counts = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => process.listenerCount(signal));
    const before = counts();
    await withFake(listen, async (ssh) => {
      await eventually(() => ssh.ready.then((isReady) => isReady || undefined), "the socket");
      assert.deepEqual(counts(), before.map((count) => count + 1));
    });
    assert.deepEqual(counts(), before);
  });

  itWhen(
    process.platform === "linux" ? undefined : "only Linux tells",
    "leaves a hang-up ignored that nohup ignores",
    async () => {
      const module = new URL("../../src/platform/ssh_process.ts", import.meta.url).href;
      const text = `import { startSsh } from "${module}";
      const ssh = await startSsh({ ...${
        JSON.stringify(request)
      }, env: { PATH: "/usr/bin:/bin" }, target: "h.invalid" });
      console.log(process.listenerCount("SIGHUP"));
      await ssh.close();`;
      const directory = fs.mkdtempSync(join(tmpdir(), "claw-hup-"));
      const path = join(directory, "script.ts");
      fs.writeFileSync(path, `import process from "node:process";\n${text}`);
      const run = process.versions["bun"] === undefined ? ["run", "-A", "--no-check", "--quiet", path] : [path];
      const counted = (trap: string) =>
        promisify(execFile)("sh", ["-c", `${trap} exec "$@"`, "sh", process.execPath, ...run]);
      const [ignoring, heeding] = [await counted("trap '' HUP;"), await counted("")];
      assert.deepEqual([ignoring.stdout, heeding.stdout], ["0\n", "1\n"]);
      fs.rmSync(directory, { recursive: true });
    },
  );
});
