import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jobInFile as job, openFileStage as setUp } from "../../support/jobs_files.ts";
import { type Passing, startTcpProxy, type TcpProxy } from "../../support/tcp_proxy.ts";

/** Between claw and the gateway: cuts once, at the request for a method or at the answer to it. */
async function cutter(targetPort: number, method: string, at: "request" | "answer", isForGood = false) {
  let asked: string | undefined;
  let isCut = false;
  const decide = ({ from, frame }: Passing) => {
    if (isCut) return isForGood ? "cut" : "pass";
    if (from === "client" && frame.method === method && asked === undefined) {
      asked = frame.id;
      isCut = at === "request";
      return isCut ? "cut" : "pass";
    }
    isCut = from === "gateway" && frame.type === "res" && asked !== undefined && frame.id === asked;
    return isCut ? "cut" : "pass";
  };
  const proxy: TcpProxy = await startTcpProxy({ targetPort, decide });
  return { proxy, env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` } };
}

for (const protocol of [3, 4] as const) {
  describe(`claw cron apply over a line that breaks, protocol ${protocol}`, () => {
    const writes = [
      { method: "cron.add", before: "", after: job("a") + job("b"), fate: "created" },
      { method: "cron.update", before: job("a") + job("b"), after: job("a", "y") + job("b", "y"), fate: "changed" },
      { method: "cron.remove", before: job("a") + job("b"), after: "jobs: []", fate: "removed" },
    ];
    for (const { method, before, after, fate } of writes) {
      const count = (stdout: string) => Number(new RegExp(`(\\d+) ${fate}`).exec(stdout)?.[1]);

      it(`looks up what became of ${method} when its answer is lost, and goes on`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "answer");
        await using _proxy = proxy;
        const { exit, stdout, stderr } = await test.run("apply", after, ["--prune", "--yes"], { env });
        assert.equal(stderr, "");
        assert.equal(exit, 0);
        assert.equal(count(stdout), 2);
        const { stdout: rest } = await test.run("diff", after, ["--prune"]);
        assert.match(rest, /^0 to create, 0 to change, \d unchanged, 0 to remove\n$/);
      });

      it(`says for certain that ${method} did not happen, and does the others`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "request");
        await using _proxy = proxy;
        const { exit, stdout, stderr } = await test.run("apply", after, ["--prune", "--yes"], { env });
        assert.equal(exit, 69);
        assert.equal(count(stdout), 1);
        const error =
          `claw: error: 1 of 2 jobs failed: 'a': ${method}: the connection broke, and the gateway shows that`;
        assert.ok(stderr.startsWith(error), stderr);
        assert.equal((await test.run("apply", after, ["--prune", "--yes"])).exit, 0);
      });

      it(`leaves ${method} uncertain when nobody can look, and tries nothing more`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "answer", true);
        await using _proxy = proxy;
        const { exit, stdout } = await test.run("apply", after, ["--prune", "--yes", "--json"], { env });
        assert.equal(exit, 79);
        const { error, data } = JSON.parse(stdout);
        assert.equal(error.code, "net/unanswered");
        assert.match(error.message, /^what became of 1 is not known, 1 of 2 not tried: 'a': cron\.\w+ was sent, but/);
        assert.deepEqual(data.jobs.map(({ status }: { status: string }) => status), ["uncertain", "untried"]);
      });
    }
  });
}
