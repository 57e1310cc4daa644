import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type TestHome, type WorldChoices } from "../../support/world.ts";

for (const protocol of [3, 4] as const) {
  describe(`claw cron enable, disable and rm, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(() => {
      home = createTestHome();
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    beforeEach(async () => {
      await gateway?.[Symbol.asyncDispose]();
      gateway = await openSocketGateway({ protocol });
      await claw("add", "--name", "report", "--cron", "0 9 * * *", "--message", "Report");
    });
    const run = (args: readonly string[], choices: WorldChoices = {}) =>
      home.claw(["cron", ...args], {
        zone: "Asia/Tokyo",
        ...choices,
        env: { CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, ...choices.env },
      });
    const claw = (...args: string[]) => run(args);
    const job = () => gateway.gateway.memory.cron.records.jobs.find(({ name }) => name === "report");
    /** Loses the answer to the first request of this method. */
    const loseAnswer = async (method: string, args: readonly string[]) => {
      let lost: string | undefined;
      let isLost = false;
      await using proxy = await startTcpProxy({
        targetPort: gateway.port,
        decide({ from, frame }) {
          if (from === "client" && frame.method === method) lost = frame.id;
          if (isLost || from === "client" || frame.type !== "res" || frame.id !== lost) return "pass";
          isLost = true;
          return "cut";
        },
      });
      return await run(args, { env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` } });
    };

    it("switches a job off and on, and says when it runs next", async () => {
      const off = await claw("disable", "report");
      assert.match(off.stdout, /^'report' \([0-9a-f-]{36}\) is off\n$/);
      assert.equal(job()?.enabled, false);
      const on = await claw("enable", job()?.id.slice(0, 8) ?? "");
      assert.match(on.stdout, /^'report' \(.*\) is on\nruns 0 9 \* \* \* Asia\/Tokyo\nNEXT .*\nin .* 09:00 .* 00:00\n/);
      assert.equal(job()?.enabled, true);
    });

    it("leaves a job alone that is so already", async () => {
      const before = job();
      const { exit, stdout } = await claw("enable", "report");
      assert.equal(exit, 0);
      assert.match(stdout, /^'report' \(.*\) is on already\n/);
      assert.deepEqual(job(), before);
    });

    it("sends nothing with --dry-run", async () => {
      const before = job();
      assert.match((await claw("disable", "report", "--dry-run")).stdout, /would be disabled, and nothing was sent\n$/);
      assert.match(
        (await claw("rm", "report", "--dry-run")).stdout,
        /^would remove, and sent nothing: 'report' \(.*\)\n$/,
      );
      const { data } = JSON.parse((await claw("disable", "report", "--dry-run", "--json")).stdout);
      assert.deepEqual([data.status, data.job.enabled, data.nextFires], ["would-disable", true, []]);
      assert.deepEqual(job(), before);
    });

    it("finds out that a job is off when the answer is lost", async () => {
      const { exit, stdout, stderr } = await loseAnswer("cron.update", ["disable", "report"]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, / is off\n$/);
      assert.match(stderr, /the gateway shows that it is done\n$/);
    });

    it("finds out what became of a change that is not answered in time", async () => {
      let request: string | undefined;
      let isDropped = false;
      await using proxy = await startTcpProxy({
        targetPort: gateway.port,
        decide({ from, frame }) {
          if (from === "client" && frame.method === "cron.update") request = frame.id;
          if (isDropped || from === "client" || frame.type !== "res" || frame.id !== request) return "pass";
          isDropped = true;
          return "drop";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}`, CLAW_TIMEOUT: "1s" };
      const { exit, stderr } = await run(["disable", "report"], { env });
      assert.equal(exit, 0, stderr);
      assert.equal(
        stderr,
        "claw: warning: cron.update was sent, but no answer came in time; the gateway shows that it is done\n",
      );
    });

    it("removes a job without asking when told so", async () => {
      const { exit, stdout } = await claw("rm", "report", "--yes");
      assert.equal(exit, 0);
      assert.match(stdout, /^removed 'report' \([0-9a-f-]{36}\)\n$/);
      assert.equal(job(), undefined);
    });

    it("asks on a terminal, and keeps the job unless the answer is yes", async () => {
      const no = await run(["rm", "report"], { isTty: true, stdin: "n\n" });
      assert.equal(no.exit, 1);
      assert.match(no.stderr, /^claw: remove 'report' \(.*\)\? \[y\/N\] $/);
      assert.match(no.stdout, /^kept 'report'/);
      assert.ok(job());
      const yes = await run(["rm", "report"], { isTty: true, stdin: "yes\n" });
      assert.equal(yes.exit, 0);
      assert.equal(job(), undefined);
    });

    it("asks for --yes where nobody can be asked", async () => {
      const { exit, stderr } = await claw("rm", "report");
      assert.equal(exit, 64);
      assert.match(
        stderr,
        /^claw: error: remove 'report' \(.*\): nobody can be asked here\nclaw: hint: say so beforehand with --yes\n$/,
      );
      assert.ok(job());
    });

    it("says the same of a job that is not there, whatever the gateway's words", async () => {
      for (
        const args of [["rm", "reprot", "--yes"], ["enable", "reprot"], ["disable", "reprot"], [
          "edit",
          "reprot",
          "--enable",
        ]]
      ) {
        const { exit, stderr } = await claw(...args);
        assert.equal(exit, 65);
        assert.equal(stderr, "claw: error: there is no cron job 'reprot'\nclaw: hint: did you mean 'report'?\n");
      }
    });

    it("says that somebody else was faster, in the same words for both generations", async () => {
      const id = job()?.id ?? "";
      await using proxy = await startTcpProxy({
        targetPort: gateway.port,
        decide({ from, frame }) {
          if (from === "client" && frame.method === "cron.remove") gateway.gateway.memory.cron.remove(id);
          return "pass";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await run(["rm", "report", "--yes"], { env });
      assert.equal(exit, 65);
      assert.equal(stderr, `claw: error: 'report' (${id}) is gone already: somebody else removed it\n`);
    });

    it("finds out that a job is gone when the answer is lost", async () => {
      const { exit, stdout, stderr } = await loseAnswer("cron.remove", ["rm", "report", "--yes"]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^removed 'report'/);
      assert.match(stderr, /^claw: warning: cron\.remove was sent, but .*; the gateway shows that it is done\n$/);
    });

    if (protocol === 4) {
      it("reports a gateway that has had enough for a minute as later, with the wait", async () => {
        for (let count = 0; count < 15; count++) {
          await claw("disable", "report");
          await claw("enable", "report");
        }
        const { exit, stderr } = await claw("disable", "report");
        assert.equal(exit, 75);
        assert.match(
          stderr,
          /^claw: error: cron\.update: rate limit .* retry after \d+s\nclaw: hint: the gateway takes it again in \d+ /,
        );
      });

      it("warns before it removes what the gateway keeps for itself", async () => {
        const own = gateway.gateway.memory.cron.records.jobs.find(({ payload }) => payload.kind === "heartbeat");
        const { stderr } = await claw("rm", own?.id ?? "", "--dry-run");
        assert.match(stderr, /^claw: warning: the gateway keeps '.*' for itself, and will make it anew\n$/);
      });
    }
  });
}
