import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

for (const protocol of [3, 4] as const) {
  describe(`claw cron export, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(async () => {
      gateway = await openSocketGateway({ protocol, heartbeat: "none" });
      home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      await claw("add", "--name", "b", "--cron", "0 9 * * 1-5", "--tz", "Europe/Berlin", "--message", "one\ntwo");
      await claw("add", "--name", "a\u202e", "--every", "1h", "--system-event", "on", "--disabled");
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    const claw = (...args: string[]) => home.claw(["cron", ...args]);
    const expected = `version: 1
jobs:
  - name: "a\\u202e"
    enabled: false
    schedule:
      kind: every
      everyMs: 3600000
    sessionTarget: main
    payload:
      kind: systemEvent
      text: "on"
  - name: b
    enabled: true
    schedule:
      kind: cron
      expr: 0 9 * * 1-5
      tz: Europe/Berlin
    sessionTarget: isolated
    payload:
      kind: agentTurn
      message: |-
        one
        two
`;

    it("prints all jobs by name, without what the gateway fills in or has built in", async () => {
      const { exit, stdout, stderr } = await claw("export");
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.equal(stdout, expected);
    });

    it("prints one job, and the same as JSON or in the envelope", async () => {
      const one = JSON.parse((await claw("export", "b", "--format", "json")).stdout);
      assert.equal(one.version, 1);
      assert.deepEqual(one.jobs.map(({ name }: { name: string }) => name), ["b"]);
      const { data } = JSON.parse((await claw("export", "b", "--json")).stdout);
      assert.deepEqual(data, one);
    });

    it("refuses what a file cannot define", async () => {
      const { exit, stderr } = await claw("export", "heartbeat-main");
      assert.equal(exit, 65);
      const built = /no file can define 'heartbeat-main' \(.*\): it is built into the gateway\n/;
      assert.match(stderr, protocol === 4 ? built : /there is no cron job 'heartbeat-main'/);
    });

    it("says of which names there are several, since apply takes each once", async () => {
      await claw("add", "--name", "twin", "--every", "1h", "--system-event", "1");
      await claw("add", "--name", "twin", "--every", "1h", "--system-event", "2");
      const { stderr } = await claw("export");
      assert.equal(stderr, "claw: warning: several jobs are called 'twin': `claw cron apply` takes each name once\n");
    });

    it("leaves out one-shot jobs that are over, and says which", async () => {
      const at = new Date(Date.now() - 30_000).toISOString();
      const past = {
        name: "past",
        enabled: false,
        schedule: { kind: "at", at },
        payload: { kind: "systemEvent", text: "x" },
      };
      await home.claw(["cron", "apply", "-f", "-"], { stdin: JSON.stringify({ ...past, deleteAfterRun: false }) });
      const { stdout, stderr } = await claw("export");
      assert.doesNotMatch(stdout, /past/);
      assert.match(stderr, /^claw: warning: left out: 'past' \([0-9a-f-]{36}\): it is over$/m);
    });
  });
}

describe("claw help cron export", () => {
  it("says all that is needed to use it", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["help", "cron", "export"])).stdout, helpPage);
  });
});

const helpPage = `Usage: claw cron export [options] [job]

print the jobs as a file for apply

Arguments:
  job                id, beginning of an id, or exact name; all jobs without it

Options:
  --format <format>  yaml or json (default: yaml) (choices: "yaml", "json")
  -h, --help         display help for command

Examples:
  claw cron export > jobs.yaml
      all jobs of yours
  claw cron export "morning report" --format json
      one job, as JSON

Jobs stand in the order of their names, without state, ids and what a gateway fills in by itself. Jobs built into the
gateway are left out, and one-shot jobs that are over. The addresses of webhooks stand there as they are.

With --json the same jobs stand in the envelope, under data.

Flags of every command: \`claw help\`
`;
