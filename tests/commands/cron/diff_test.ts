import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

const job = (name: string, text = "x") => ({
  name,
  schedule: { kind: "every", everyMs: 60_000 },
  payload: { kind: "systemEvent", text },
});

for (const protocol of [3, 4] as const) {
  describe(`claw cron diff, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(async () => {
      gateway = await openSocketGateway({ protocol, heartbeat: "none" });
      home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      await run("apply", [job("a"), job("b")]);
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    const run = (verb: string, jobs: unknown, ...args: string[]) =>
      home.claw(["cron", verb, "-f", "-", ...args], { stdin: JSON.stringify(jobs) });

    it("ends with 0 where nothing differs", async () => {
      const { exit, stdout, stderr } = await run("diff", [job("a"), job("b")], "--prune");
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.equal(stdout, "0 to create, 0 to change, 2 unchanged, 0 to remove\n");
    });

    it("ends with 1 and shows what differs, and asks for no more than to read", async () => {
      const { exit, stdout } = await run("diff", [job("a", "y"), job("c")], "--prune");
      assert.equal(exit, 1);
      assert.match(
        stdout,
        /^change {5}a\n {11}- payload\.text: "x"\n {11}\+ payload\.text: "y"\ncreate {5}c\nremove {5}b \(\S+\)\n1 to create/,
      );
      const { data } = JSON.parse((await run("diff", [job("a", "y")], "--json")).stdout);
      assert.deepEqual(data.jobs[0].changes, [{ path: "payload.text", before: "x", after: "y" }]);
      assert.deepEqual(data.summary, { create: 0, change: 1, unchanged: 0, remove: 0, refused: 0 });
      const scopes = JSON.parse((await home.claw(["whoami", "--json"])).stdout).data.tokens[0].scopes;
      assert.ok(scopes.includes("operator.admin"), "apply was to be allowed more");
    });

    it("ends with 65 where a job cannot be applied", async () => {
      const { exit, stdout, stderr } = await run("diff", [{ ...job("a"), displayName: "A" }, job("b")]);
      if (protocol === 4) return assert.equal(exit, 1);
      assert.equal(exit, 65);
      assert.match(stdout, /^refused {4}a: gateway 2026\.3\.13 does not know displayName; 2026\.9\.6 does\n/);
      assert.match(stdout, /0 to create, 0 to change, 1 unchanged, 0 to remove, 1 refused\n$/);
      assert.match(stderr, /^claw: error: 'a' cannot be applied: gateway 2026\.3\.13 does not know displayName/);
    });
  });
}

describe("claw cron diff", () => {
  it("needs only to read", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    await home.claw(["cron", "diff", "-f", "-"], { stdin: "jobs: []" });
    const { data } = JSON.parse((await home.claw(["whoami", "--json"])).stdout);
    assert.deepEqual(data.tokens[0].scopes, ["operator.read"]);
  });
});

describe("claw help cron diff", () => {
  it("says all that is needed to use it", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["help", "cron", "diff"])).stdout, helpPage);
  });
});

const helpPage = `Usage: claw cron diff [options]

compare the gateway's jobs with a file; exit 1 when they differ

Options:
  -f, --file <path>  YAML or JSON with jobs (- reads stdin)
  --prune            count jobs that the file does not name as to be removed
  -h, --help         display help for command

Examples:
  claw cron diff -f jobs.yaml
      what apply would change
  claw cron diff -f jobs.yaml --prune
      and which of your jobs the file does not name

The file is YAML or JSON: one job, a list of jobs, or {version: 1, jobs: [...]}, as \`claw cron export\` prints it. A
job is found by its declarationKey on gateways of protocol 4, else by its exact name; jobs built into the gateway are
never touched.

A file must mean the same everywhere: an expression without tz is sent without one, so that the gateway's own zone
counts (claw warns), and an instant needs an offset. A member that is left out goes back to what the gateway fills in;
only \`enabled\` then stays as it is.

Exit 0 when nothing differs, 1 when something does, 65 when a job cannot be applied as it is.

Flags of every command: \`claw help\`
`;
