import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Voice } from "../src/cli/voice.ts";
import { createLongRun } from "../src/long_run.ts";
import { realClock } from "../src/platform/clock.ts";
import type { World } from "../src/platform/world.ts";

interface Choices {
  readonly env?: Readonly<Record<string, string>>;
  readonly ttys?: readonly ["stdin" | "stderr", "stdin" | "stderr"] | readonly ["stdin" | "stderr"] | readonly [];
  readonly isJson?: boolean;
  readonly sendDatagram?: World["sendDatagram"];
}

function setUp({ env = {}, ttys = [], isJson = false, sendDatagram }: Choices = {}) {
  let stderr = "";
  const isTty = (name: "stdin" | "stderr") => ttys.some((tty) => tty === name);
  const output = (name: "stdout" | "stderr") => ({
    isTty: name === "stderr" && isTty(name),
    columns: 80,
    write: (text: string) => void (stderr += text),
  });
  const unneeded = () => Promise.reject(new Error("this is not needed"));
  const world: World = {
    args: [],
    env,
    os: "linux",
    userId: undefined,
    zone: "UTC",
    stdin: { isTty: isTty("stdin"), readAll: unneeded, readLine: unneeded, readKey: () => Promise.resolve("k") },
    stdout: output("stdout"),
    stderr: output("stderr"),
    clock: realClock,
    ids: { uuid: () => "", random: () => 0, bytes: (length) => new Uint8Array(length) },
    interrupted: new AbortController().signal,
    runShell: unneeded,
    runEditor: unneeded,
    runProgram: (argv, stdin) => Promise.resolve({ kind: "exited", exitCode: argv.length + stdin.length }),
    sendDatagram: sendDatagram ?? unneeded,
  };
  const voice = new Voice(world, { ...(isJson ? { json: true } : {}), noColor: true });
  return { long: createLongRun(world, voice), stderr: () => stderr };
}

describe("createLongRun()", () => {
  it("offers keys only where somebody sees the question and can press them, and nobody wants JSON", async () => {
    assert.equal(await setUp({ ttys: ["stdin", "stderr"] }).long.readKey?.(new AbortController().signal), "k");
    for (
      const choices of [{}, { ttys: ["stdin"] }, { ttys: ["stderr"] }, { ttys: ["stdin", "stderr"], isJson: true }]
    ) {
      assert.equal(setUp(choices as Choices).long.readKey, undefined, JSON.stringify(choices));
    }
  });

  it("knows a supervisor by its socket alone, and how often it wants to hear", () => {
    assert.equal(setUp().long.supervisor, undefined);
    assert.equal(setUp({ env: { NOTIFY_SOCKET: "", WATCHDOG_USEC: "1000" } }).long.supervisor, undefined);
    const cases = [["30000000", 30_000], ["0", undefined], ["-1", undefined], ["x", undefined], [
      "",
      undefined,
    ]] as const;
    for (const [text, expected] of cases) {
      const { long } = setUp({ env: { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: text } });
      assert.equal(long.supervisor?.watchdogMs, expected, text);
    }
  });

  it("sends assignments one datagram after the other, in order", async () => {
    const sent: string[] = [];
    const sendDatagram = async (path: string, text: string) => {
      await new Promise((resolve) => setTimeout(resolve, sent.length === 0 ? 5 : 0));
      sent.push(`${path} ${text}`);
    };
    const { long } = setUp({ env: { NOTIFY_SOCKET: "@notify" }, sendDatagram });
    void long.supervisor?.notify("READY=1", "STATUS=well");
    void long.supervisor?.notify("WATCHDOG=1");
    await long.supervisor?.notify();
    assert.deepEqual(sent, ["@notify READY=1\nSTATUS=well", "@notify WATCHDOG=1"]);
  });

  it("warns once when systemd cannot be told, and goes on", async () => {
    let sent = 0;
    const sendDatagram = () => {
      sent += 1;
      return Promise.reject(new Error("nobody takes datagrams at /run/notify"));
    };
    const { long, stderr } = setUp({ env: { NOTIFY_SOCKET: "/run/notify" }, sendDatagram });
    await long.supervisor?.notify("READY=1");
    await long.supervisor?.notify("WATCHDOG=1");
    assert.equal(sent, 2);
    assert.equal(
      stderr(),
      "claw: warning: systemd cannot be told how it goes: nobody takes datagrams at /run/notify\n",
    );
  });
});
