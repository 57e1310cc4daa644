/**
 * Following a gateway's events: seen, handed to a program, over a restart, and as a service.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, type StartedRun } from "../../support/binary.ts";
import { datagramObstacle, takeDatagrams } from "../../support/datagrams.ts";
import { eventually } from "../../support/eventually.ts";
import { itWhen } from "../../support/it_when.ts";
import { mark } from "../mark.ts";
import { deviceLabs } from "./device_labs.ts";

// deno-lint-ignore no-explicit-any -- events of every kind
const eventsOf = ({ output }: StartedRun): readonly any[] =>
  output.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).data).filter((data) => data !== undefined);

const says = (run: StartedRun, text: string, withinMs = 20_000) =>
  eventually(() => (run.output.stdout + run.output.stderr).includes(text) || undefined, `'${text}'`, withinMs)
    .catch((error: Error) => {
      throw new Error(`${error.message}\n${run.output.stdout}${run.output.stderr}`);
    });

async function addJob(home: BinaryHome): Promise<string> {
  const name = mark();
  assertExit(await home.claw(["cron", "add", "--name", name, "--every", "10h", "--message", "x", "--no-deliver"]), 0);
  return name;
}

for (const lab of deviceLabs) {
  describe(`claw watch at gateway ${lab.version}`, () => {
    it("sees what others do, none of it missing, and ends by SIGTERM with 143", async () => {
      using home = lab.home();
      const watching = home.start(["watch", "--json", "--since-connect"]);
      await says(watching, "claw: connected to gateway");
      const name = await addJob(home);
      await eventually(
        () => eventsOf(watching).find(({ event, payload }) => event === "cron" && payload.action === "added"),
        "the job",
      );
      assertExit(await home.claw(["cron", "rm", name, "--yes"]), 0);
      await eventually(() => eventsOf(watching).find(({ payload }) => payload?.action === "removed"), "its removal");
      watching.kill("SIGTERM");
      assertExit(await watching.ended, 143);
      const events = eventsOf(watching);
      assert.equal(events[0].event, "claw.connected");
      assert.equal(events[0].payload.protocol, lab.protocol);
      assert.ok(Array.isArray(events[0].payload.presence) && events[0].payload.health !== undefined);
      assert.deepEqual(events.filter(({ event }) => event === "claw.gap"), []);
      assert.doesNotMatch(watching.output.stderr, /lists no event/);
    });

    it("ends with an event, after a program has had it", async () => {
      using home = lab.home();
      const out = join(home.path, "out");
      const watching = home.start(["watch", "--until", "cron", "--exec", "sh", "-c", 'cat >> "$1"', "sh", out]);
      await says(watching, "claw: connected to gateway");
      const name = await addJob(home);
      assertExit(await watching.ended, 0);
      const told = readFileSync(out, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
      assert.equal(told.at(-1).event, "cron");
      assertExit(await home.claw(["cron", "rm", name, "--yes"]), 0);
    });

    it("sees a request for approval when it watches for those", async () => {
      using home = lab.home();
      const watching = home.start(["watch", "--events", "device.*", "--until", "device.pair.resolved", "--json"]);
      await says(watching, "claw: connected to gateway");
      using other = lab.home();
      assertExit(await other.claw(["event", "x"]), 0);
      assertExit(await watching.ended, 0);
      assert.equal(eventsOf(watching).at(-1).payload.decision, "approved");
      assert.doesNotMatch(watching.output.stderr, /warning/);
    });

    itWhen(datagramObstacle, "tells systemd that it is ready, and ends with 0 at SIGTERM", async () => {
      using home = lab.home();
      const socket = join(home.path, "notify");
      using datagrams = await takeDatagrams(socket);
      const watching = home.start(["watch"], { env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "400000" } });
      const heard = (text: string) =>
        eventually(() => datagrams.received.some((datagram) => datagram.text.includes(text)) || undefined, text);
      await heard("READY=1");
      await heard("WATCHDOG=1");
      watching.kill("SIGTERM");
      assertExit(await watching.ended, 0);
      await heard("STOPPING=1");
      assert.equal(new Set(datagrams.received.map(({ pid }) => pid)).size, 1);
    });

    it("goes on when the gateway restarts", async () => {
      using home = lab.home();
      const watching = home.start(["watch", "--json", "--since-connect"], { killAfterMs: 240_000 });
      await says(watching, "claw: connected to gateway");
      await lab.gateway.stop();
      await says(watching, "the connection is lost, trying again");
      await lab.gateway.start();
      const connections = () => eventsOf(watching).filter(({ event }) => event === "claw.connected").length;
      await eventually(() => connections() >= 2 || undefined, "the second connection", 90_000);
      const name = await addJob(home);
      await eventually(() => eventsOf(watching).findLast(({ payload }) => payload?.action === "added"), "the job");
      assertExit(await home.claw(["cron", "rm", name, "--yes"]), 0);
      watching.kill("SIGINT");
      assertExit(await watching.ended, 130);
    });
  });
}
