/**
 * The pages of the verbs that change jobs, as people see them: a change of them is a change of the product.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTestHome } from "../../support/world.ts";

async function page(verb: string): Promise<string> {
  using home = createTestHome();
  const { exit, stdout, stderr } = await home.claw(["help", "cron", verb]);
  assert.equal(exit, 0, stderr);
  return stdout;
}

describe("claw help cron", () => {
  it("add", async () => {
    assert.equal(await page("add"), addPage);
  });

  it("enable", async () => {
    assert.equal(await page("enable"), enablePage);
  });

  it("rm", async () => {
    assert.equal(await page("rm"), rmPage);
  });

  it("edit has what add has but what is for new jobs alone, and its own", async () => {
    const flagsOf = (text: string) => text.match(/^ {2}--[a-z-]+/gm) ?? [];
    const added = flagsOf(addPage).filter((flag) => !["  --disabled", "  --declaration-key"].includes(flag));
    assert.deepEqual(flagsOf(await page("edit")), [...added, "  --enable", "  --disable", "  --unset"]);
  });
});

const addPage = `Usage: claw cron add [options]

add a job

Options:
  --name <text>            name of the job
  --at <time>              once: 2026-11-23T09:00+01:00, "2026-11-23 09:00", "tomorrow 09:00",
                           18:00, +20m
  --every <duration>       again and again, like 15m, 1h30m or 1d
  --cron <expression>      by a cron expression, like "0 9 * * 1-5"
  --tz <zone>              IANA zone of --cron and of a clock's time in --at (default: yours)
  --stagger <duration>     let the gateway shift each run by up to this long
  --exact                  no shift: run exactly on time
  --system-event <text>    hand this text to the main session (- reads stdin)
  --message <text>         run an agent turn with this message, in a session of its own (- reads
                           stdin)
  --agent <id>             agent that runs it
  --model <name>           model of the agent turn
  --thinking <level>       thinking level of the agent turn
  --tools <names>          tools that the agent turn may use, with commas or repeated (gateways of
                           protocol 4)
  --timeout <duration>     how long the agent turn may take (claw's own limit here: CLAW_TIMEOUT)
  --session <target>       main or isolated; current or session:<key> (gateways of protocol 4)
  --wake <mode>            when the main session hears it (default of a new job: now) (choices:
                           "now", "next-heartbeat")
  --announce               send the answer to a channel: what agent turns do unless told otherwise
  --channel <name>         channel of the answer, like telegram, or last
  --to <recipient>         recipient on that channel
  --account <id>           account on that channel
  --thread-id <id>         thread on that channel (gateways of protocol 4)
  --best-effort            a delivery that fails does not make the run fail
  --webhook <url>          send the result to this http(s) URL
  --no-deliver             send the answer nowhere
  --description <text>     what it is for
  --delete-after-run       remove the job after its first success: what --at does by itself
  --keep-after-run         keep a one-shot job after its run
  --json-file <path>       JSON with members that have no flag (- reads stdin); flags win
  --dry-run                show what would be sent, and send nothing
  --disabled               add it switched off
  --declaration-key <key>  key that makes adding idempotent (gateways of protocol 4)
  -h, --help               display help for command

Examples:
  claw cron add --name "morning report" --cron "0 9 * * 1-5" --message "Report on the night"
      every working day at nine, in your zone
  claw cron add --name tea --at "tomorrow 16:00" --system-event "Remind me of the tea" --dry-run
      see when that is, and send nothing
  claw cron add --name pulse --every 15m --message ping --no-deliver
      every quarter of an hour, for nobody to hear

A clock's time in --at is one of --tz, or else of your own zone, and becomes an instant before it is sent. --cron
goes with the zone of --tz, or else with yours. The next three runs are told; --dry-run tells them and sends nothing.

Without --no-deliver, --webhook or --channel, gateways announce the answer of an agent turn on the last channel.

With --json, data has status (added, changed, unchanged, would-add), job as the gateway has it (params with
--dry-run), and nextFires: [{instant, isPlanned}], none of a job that is off.

Flags of every command: \`claw help\`
`;

const enablePage = `Usage: claw cron enable [options] <job>

switch a job on

Arguments:
  job         id, beginning of an id, or exact name

Options:
  --dry-run   show what would be sent, and send nothing
  -h, --help  display help for command

Examples:
  claw cron enable "morning report"
      by its exact name

Flags of every command: \`claw help\`
`;

const rmPage = `Usage: claw cron rm [options] <job>

remove a job

Arguments:
  job         id, beginning of an id, or exact name

Options:
  --yes       do not ask
  --dry-run   show what would be removed, and send nothing
  -h, --help  display help for command

Examples:
  claw cron rm 3f2a --yes
      by the beginning of its id, without asking
  claw cron rm tea --dry-run
      see which one that is

Flags of every command: \`claw help\`
`;
