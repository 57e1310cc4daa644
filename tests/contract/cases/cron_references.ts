/**
 * Which job a person means: by id, the beginning of an id, or a name; among hundreds.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { mark } from "../mark.ts";
import { cronLabs, seeded } from "./cron_labs.ts";

for (const lab of cronLabs) {
  describe(`a job's name at gateway ${lab.version}`, () => {
    it("a name, the beginning of an id and the id itself mean the same job, on the last page too", async () => {
      using home = lab.home();
      const last = `seed ${seeded - 1}`;
      const { id } = envelopeOf(await home.claw(["cron", "show", last, "--json"])).data.job;
      for (const reference of [id, id.slice(0, 13)]) {
        assert.equal(envelopeOf(await home.claw(["cron", "show", reference, "--json"])).data.job.name, last);
      }
    });

    it("an ambiguous name lists the candidates, for every verb that takes a job", async () => {
      using home = lab.home();
      const name = mark();
      for (const text of ["one", "two"]) {
        assertExit(await home.claw(["cron", "add", "--name", name, "--every", "1h", "--system-event", text]), 0);
      }
      const verbs = [["show"], ["edit", "--description", "x"], ["enable"], ["disable"], ["rm", "--yes"], ["run"], [
        "runs",
      ], ["export"]];
      for (const [verb = "", ...flags] of verbs) {
        const run = await home.claw(["cron", verb, name, ...flags, "--json"]);
        assertExit(run, 65);
        const candidates = envelopeOf(run).error?.details?.["candidates"];
        assert.equal((candidates as unknown[])?.length, 2, `${verb}: ${run.stdout}`);
      }
      // A file of jobs cannot hold two of one name.
      const { jobs } = envelopeOf(await home.claw(["cron", "list", "--query", name, "--json"])).data;
      for (const { id } of jobs) assertExit(await home.claw(["cron", "rm", id, "--yes"]), 0);
    });

    it("an unknown name suggests the nearest", async () => {
      using home = lab.home();
      const run = await home.claw(["cron", "show", "sed 17"]);
      assertExit(run, 65);
      assert.match(run.stderr, /^claw: error: there is no cron job 'sed 17'\nclaw: hint: did you mean 'seed 17'\?\n$/);
    });
  });
}
