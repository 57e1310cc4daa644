/**
 * Jobs from their adding to their removal, and what is said of all of them together.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { paramsSent, readTrace } from "../../support/trace.ts";
import { mark } from "../mark.ts";
import { cronLabs, seeded } from "./cron_labs.ts";

for (const lab of cronLabs) {
  describe(`cron at gateway ${lab.version}`, () => {
    it("add sends the person's zone, and echoes the next three fire times", async () => {
      using home = lab.home({ TZ: "America/New_York" });
      const name = mark();
      const run = await home.claw(["cron", "add", "--name", name, "--cron", "30 9 * * 1-5", "--message", "hi"]);
      assertExit(run, 0);
      assert.equal(run.stdout.match(/09:30 {2,}.*:30$/gm)?.length, 3, run.stdout);
      const job = await show(home, name);
      assert.deepEqual(job.schedule, { kind: "cron", expr: "30 9 * * 1-5", tz: "America/New_York" });
      const fires = envelopeOf(await home.claw(["cron", "show", name, "--json"])).data.nextFires;
      assert.equal(Date.parse(fires[0].instant), job.state.nextRunAtMs, "the first is the gateway's own");
    });

    it("add refuses a wrong expression, a wrong zone and a time that is over before it dials", async () => {
      using home = lab.home();
      const wrong = [["--cron", "99 * * * *"], ["--cron", "0 9 * * *", "--tz", "Mars/Olympus"], ["--at", "2020-01-01"]];
      for (const schedule of wrong) {
        const args = ["cron", "add", "--name", "x", "--message", "hi", "--trace", "trace", ...schedule];
        const run = await home.claw(args);
        assert.ok(run.exit === 65 || run.exit === 64, `${run.exit} ${run.stderr}`);
        assert.match(run.stderr, /^claw: error: .*\nclaw: hint: .*\n$/);
        assert.throws(() => readTrace(join(home.path, "trace")), { code: "ENOENT" });
      }
    });

    it("--dry-run of every verb that writes sends none of it", async () => {
      using home = lab.home();
      const name = await addJob(home);
      const lines = [
        ["add", "--name", "y", "--every", "1h", "--system-event", "y"],
        ["edit", name, "--description", "z"],
        ["disable", name],
        ["run", name],
        ["rm", name],
      ];
      for (const words of lines) {
        assertExit(await home.claw(["cron", ...words, "--dry-run", "--trace", "trace"]), 0);
      }
      const trace = readTrace(join(home.path, "trace"));
      for (const method of ["add", "update", "remove", "run"]) {
        assert.equal(paramsSent(trace, `cron.${method}`).length, 0, method);
      }
    });

    it("edit sends only what changes, and nothing when nothing does", async () => {
      using home = lab.home();
      const name = await addJob(home);
      const { id } = await show(home, name);
      const words = ["cron", "edit", name, "--description", "new", "--every", "2h", "--trace", "trace"];
      assertExit(await home.claw(words), 0);
      const [sent, ...more] = paramsSent(readTrace(join(home.path, "trace")), "cron.update");
      assert.deepEqual([Object.keys(sent.patch).sort(), more], [["description", "schedule"], []]);
      assertExit(await home.claw(words), 0);
      assert.equal(paramsSent(readTrace(join(home.path, "trace")), "cron.update").length, 1);
      const job = await show(home, id);
      assert.deepEqual([job.description, job.schedule.everyMs, job.payload.text], ["new", 7_200_000, "hello"]);
    });

    it("edit without flags opens the editor, and sends what was changed there", async () => {
      using home = lab.home({ EDITOR: "sed -i s/hello/changed/" });
      const name = await addJob(home);
      const run = await home.claw(["cron", "edit", name]);
      assertExit(run, 0);
      assert.equal((await show(home, name)).payload.text, "changed");
    });

    it("disable and enable switch a job, and list tells", async () => {
      using home = lab.home();
      const name = await addJob(home);
      assertExit(await home.claw(["cron", "disable", name]), 0);
      const listed = async (...flags: string[]) => {
        const run = await home.claw(["cron", "list", "--query", name, "--json", ...flags]);
        // deno-lint-ignore no-explicit-any -- as the gateway shows jobs
        return envelopeOf(run).data.jobs.map((job: any) => [job.name, job.status]);
      };
      assert.deepEqual(await listed(), []);
      assert.deepEqual(await listed("--all"), [[name, "disabled"]]);
      assertExit(await home.claw(["cron", "enable", name]), 0);
      assert.deepEqual(await listed(), [[name, "idle"]]);
    });

    it("rm wants a yes, then removes; a second rm finds no such job", async () => {
      using home = lab.home();
      const name = await addJob(home);
      const unasked = await home.claw(["cron", "rm", name]);
      assertExit(unasked, 64);
      assert.match(unasked.stderr, /--yes/);
      assertExit(await home.claw(["cron", "rm", name, "--yes"]), 0);
      const again = await home.claw(["cron", "rm", name, "--yes", "--json"]);
      assertExit(again, 65);
      assert.equal(envelopeOf(again).error?.code, "gateway/not-found");
    });

    it("list shows every job of all pages, and status, next and doctor read them too", async () => {
      using home = lab.home();
      const { jobs } = envelopeOf(await home.claw(["cron", "list", "--all", "--json"])).data;
      // deno-lint-ignore no-explicit-any -- as the gateway shows jobs
      const seeds = new Set(jobs.map((job: any) => job.name).filter((name: string) => /^seed \d+$/.test(name)));
      assert.equal(seeds.size, seeded);
      assert.match((await home.claw(["cron", "status"])).stdout, /^scheduler +on$/m);
      const next = await home.claw(["cron", "next", "--hours", "2"]);
      assertExit(next, 0);
      assert.match(next.stdout, /seed \d+/);
      const doctor = await home.claw(["cron", "doctor", "--json"]);
      assertExit(doctor, 0);
      assert.deepEqual(envelopeOf(doctor).data.findings, []);
    });

    it("what only protocol 4 knows is refused by name where the gateway is too old", async () => {
      using home = lab.home();
      const flags = ["--every", "1h", "--message", "hi", "--tools", "read", "--trace", "trace", "--json"];
      const run = await home.claw(["cron", "add", "--name", mark(), ...flags]);
      if (lab.protocol === 4) return assertExit(run, 0);
      assertExit(run, 65);
      assert.equal(envelopeOf(run).error?.code, "gateway/unsupported");
      assert.match(envelopeOf(run).error?.message ?? "", /2026\.3\.13.*--tools|--tools.*2026\.3\.13/);
      assert.equal(paramsSent(readTrace(join(home.path, "trace")), "cron.add").length, 0);
    });
  });
}

/** A job that does nothing for an hour. @returns its name */
async function addJob(home: BinaryHome): Promise<string> {
  const name = mark();
  assertExit(await home.claw(["cron", "add", "--name", name, "--every", "1h", "--system-event", "hello"]), 0);
  return name;
}

async function show(home: BinaryHome, job: string) {
  const run = await home.claw(["cron", "show", job, "--json"]);
  assertExit(run, 0);
  return envelopeOf(run).data.job;
}
