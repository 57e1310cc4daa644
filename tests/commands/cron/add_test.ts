import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ClawError } from "../../../src/errors.ts";
import { realClock } from "../../../src/platform/clock.ts";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

const report = ["--name", "report", "--cron", "0 9 * * 1-5", "--message", "Report on the night"];

for (const protocol of [3, 4] as const) {
  describe(`claw cron add, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(async () => {
      gateway = await openSocketGateway({ protocol });
      home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    const claw = (...args: string[]) => home.claw(["cron", ...args], { zone: "Asia/Tokyo" });
    const jobs = async () => JSON.parse((await claw("list", "--all", "--json")).stdout).data.jobs;

    it("adds the job, and tells its id and when it runs", async () => {
      const { exit, stdout, stderr } = await claw("add", ...report);
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      const [first, runs, head] = stdout.split("\n");
      assert.match(first ?? "", /^added 'report' \([0-9a-f-]{36}\)$/);
      assert.equal(runs, "runs 0 9 * * 1-5 Asia/Tokyo");
      assert.match(head ?? "", /^NEXT +Asia\/Tokyo +UTC$/);
      const job = (await jobs()).find(({ name }: { name: string }) => name === "report");
      assert.equal(job.schedule.tz, "Asia/Tokyo");
      assert.equal(job.state.nextRunAtMs % 3_600_000, 0);
    });

    it("counts an interval from the anchor that the gateway gave it", async () => {
      const { stdout, stderr } = await claw("add", "--name", "pulse", "--every", "1h", "--system-event", "x", "--json");
      assert.equal(stderr, "");
      const { job, nextFires } = JSON.parse(stdout).data;
      assert.equal(Date.parse(nextFires[0].instant), job.state.nextRunAtMs);
    });

    it("says by how much the gateway shifts the runs", async () => {
      const { stdout, stderr } = await claw(
        "add",
        "--name",
        "h",
        "--cron",
        "0 * * * *",
        "--system-event",
        "x",
        "--json",
      );
      assert.equal(stderr, "");
      const { job, nextFires, staggerMs, shiftMs } = JSON.parse(stdout).data;
      assert.equal(staggerMs, 300_000);
      assert.equal(Date.parse(nextFires[0].instant), job.state.nextRunAtMs);
      assert.equal(job.state.nextRunAtMs % 3_600_000, shiftMs);
    });

    it("warns of a clock that differs from the gateway's, where a time was read off it", async () => {
      const clock = { ...realClock, now: () => realClock.now() + 3_600_000 };
      const args = ["add", "--name", "late", "--at", "+20m", "--system-event", "x"];
      const { exit, stderr } = await home.claw(["cron", ...args], { clock });
      assert.equal(exit, 0);
      assert.match(
        stderr,
        /^claw: warning: the clock here is (1 h|59 min \d+ s|60 min) ahead of the gateway's, which decides/,
      );
    });

    it("sends nothing that the gateway does not know, and names the flags", async () => {
      const count = (await jobs()).length;
      const { exit, stderr } = await claw(
        "add",
        ...report,
        "--tools",
        "read",
        "--thread-id",
        "7",
        "--declaration-key",
        "k",
      );
      if (protocol === 4) return assert.equal(exit, 0, stderr);
      assert.equal(exit, 65);
      assert.equal(
        stderr,
        "claw: error: gateway 2026.3.13 does not know --declaration-key, --tools, --thread-id; 2026.9.6 does\n" +
          "claw: hint: upgrade the gateway, or leave that out\n",
      );
      assert.equal((await jobs()).length, count);
    });

    it("finds out that the job is there when the answer is lost", async () => {
      const name = "answer lost";
      const { exit, stdout, stderr } = await behindLoss(gateway, { isGone: false }, home, [
        "add",
        ...report,
        "--name",
        name,
      ]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^added 'answer lost'/);
      assert.match(stderr, /^claw: warning: cron\.add was sent, but .*; the gateway shows that it is done\n$/);
      assert.equal((await jobs()).filter((job: { name: string }) => job.name === name).length, 1);
    });

    it("stays unsure when the answer is lost and the gateway is gone", async () => {
      const { exit, stderr } = await behindLoss(gateway, { isGone: true }, home, [
        "add",
        ...report,
        "--name",
        "unsure",
      ]);
      assert.equal(exit, 79);
      assert.match(stderr, /claw: hint: look whether it is there before you add it again: `claw cron list --all`\n$/);
    });

    it("says where to look when it is interrupted before the answer", async () => {
      const controller = new AbortController();
      await using proxy = await startTcpProxy({
        targetPort: gateway.port,
        decide({ from, frame }) {
          if (from !== "client" || frame.method !== "cron.add") return "pass";
          controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
          return "drop";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await home.claw(["cron", "add", ...report], { env, interrupted: controller.signal });
      assert.equal(exit, 130);
      assert.equal(
        stderr,
        "claw: error: interrupted after cron.add was sent: the gateway may or may not have acted on it\n" +
          "claw: hint: look whether it is there before you add it again: `claw cron list --all`\n",
      );
    });

    if (protocol === 4) {
      it("adds once by a declaration key, and says what became of it", async () => {
        const args = ["add", ...report, "--declaration-key", "once", "--json"];
        const add = async (...more: string[]) => JSON.parse((await claw(...args, ...more)).stdout).data;
        const first = await add();
        const second = await add("--message", "another");
        assert.deepEqual([first.status, second.status], ["added", "changed"]);
        assert.equal(second.job.id, first.job.id);
      });
    }
  });
}

/** Runs claw through a proxy that loses the answer to the write, and possibly is gone from then on. */
async function behindLoss(
  gateway: SocketGateway,
  { isGone }: { readonly isGone: boolean },
  home: TestHome,
  args: readonly string[],
) {
  let isLost = false;
  await using proxy = await startTcpProxy({
    targetPort: gateway.port,
    decide({ from, frame }) {
      if (isLost || from !== "gateway" || frame.type !== "res" || frame.payload?.schedule === undefined) return "pass";
      isLost = true;
      if (isGone) void proxy[Symbol.asyncDispose]();
      return "cut";
    },
  });
  return await home.claw(["cron", ...args], { env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` }, zone: "Asia/Tokyo" });
}
