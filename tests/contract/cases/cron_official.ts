/**
 * Side by side with the official command line: each sees and changes the other's jobs.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { openOperator } from "../../support/operator.ts";
import { mark } from "../mark.ts";
import { cronLabs } from "./cron_labs.ts";

for (const lab of cronLabs) {
  describe(`cron beside the official command line at gateway ${lab.version}`, () => {
    it("a job that it added is shown and edited by claw", async () => {
      using home = lab.home();
      const name = mark();
      const words = ["--name", name, "--cron", "0 9 * * 1-5", "--tz", "Europe/Berlin", "--message", "hi", "--json"];
      const { id } = JSON.parse(await lab.gateway.cli("cron", "add", ...words));
      const shown = await home.claw(["cron", "show", name]);
      assertExit(shown, 0);
      assert.match(shown.stdout, /0 9 \* \* 1-5 Europe\/Berlin/);
      assertExit(await home.claw(["cron", "edit", id, "--cron", "30 8 * * 1-5", "--message", "hello"]), 0);
      using operator = await openOperator(lab.gateway);
      const { jobs: [job] } = await operator.call("cron.list", { query: name });
      assert.deepEqual([job?.schedule.expr, job?.schedule.tz], ["30 8 * * 1-5", "Europe/Berlin"]);
      assert.equal(job?.payload.message, "hello");
    });

    it("a job that claw added is switched off, edited and removed by it", async () => {
      using home = lab.home();
      const name = mark();
      const words = ["--name", name, "--every", "90m", "--system-event", "hi", "--wake", "next-heartbeat", "--json"];
      const added = await home.claw(["cron", "add", ...words]);
      assertExit(added, 0);
      const { id } = envelopeOf(added).data.job;
      await lab.gateway.cli("cron", "edit", id, "--description", "by the other", "--disable");
      const { job, status } = envelopeOf(await home.claw(["cron", "show", name, "--json"])).data;
      assert.deepEqual([job.description, status], ["by the other", "disabled"]);
      await lab.gateway.cli("cron", "rm", id);
      assertExit(await home.claw(["cron", "show", id]), 65);
    });
  });
}
