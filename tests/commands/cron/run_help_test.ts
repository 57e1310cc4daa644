/**
 * The help pages of `claw cron run` and `claw cron runs`, as people read them.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createTestHome, type TestHome } from "../../support/world.ts";

const runPage = `Usage: claw cron run [options] <job>

run a job now

Arguments:
  job                        id, beginning of an id, or exact name

Options:
  --due                      only if it is due
  --wait                     follow the run; exit 0 only when it succeeded
  --wait-timeout <duration>  how long to follow it (default: 10m)
  --dry-run                  show what would be sent, and send nothing
  -h, --help                 display help for command

Examples:
  claw cron run "morning report"
      start it, and print the run's id
  claw cron run "morning report" --wait
      and wait until it is over
  claw cron run 3ccdc604 --due --json
      only if it is due, for a program

Without --wait, exit 0 means that the run is queued. With it, 0 means that it succeeded, 1 that it failed or was
skipped, and 79 that its end is not known: running it again would run it twice. Ctrl-C stops the waiting, never
the run. A disabled job runs too.

A gateway of protocol 3 names no runs: its run is the one that begins after the request and before the job fires
by itself. When that leaves more than one, they are listed, and the exit code is 79.

Flags of every command: \`claw help\`
`;

const runsPage = `Usage: claw cron runs [options] [job]

show what runs came to

Arguments:
  job                id, beginning of an id, or exact name; all jobs without it

Options:
  --status <status>  runs that ended so (choices: "ok", "error", "skipped")
  --limit <count>    show at most this many (default: 20)
  --since <length>   runs that ended in the last 30m, 24h or 7d
  --run-id <id>      the run with this id (gateways of protocol 4)
  --watch            go on showing runs as they end, until Ctrl-C
  -h, --help         display help for command

Examples:
  claw cron runs --status error --since 24h
      what failed since yesterday
  claw cron runs "morning report" --limit 3
      the last three runs of a job
  claw cron runs --watch --json
      every run as it ends, one JSON document a line

A job that was removed still has its runs: give its whole id. With --watch, runs that are over already are shown
first when --since or --limit is given.

--run-id exits with 1 when no run with this id is over; with --watch it waits for its end.

Flags of every command: \`claw help\`
`;

describe("claw help cron run", () => {
  let home: TestHome;
  before(() => void (home = createTestHome()));
  after(() => home[Symbol.dispose]());

  for (const [verb, page] of [["run", runPage], ["runs", runsPage]] as const) {
    it(`shows the page of ${verb}`, async () => {
      const { exit, stdout } = await home.claw(["help", "cron", verb]);
      assert.deepEqual([exit, stdout], [0, page]);
    });
  }
});
