/**
 * A real cron, by Debian's package: it is given its lines before the first test and asked for their outcome after all
 * others, since cron works by the minute. Where no cron runs, one is started and ended again.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe } from "node:test";
import { type BinaryHome, binaryPath } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { itWhen } from "../../support/it_when.ts";
import { isRoot } from "../../support/store.ts";
import type { Lab } from "../lab.ts";
import { mark } from "../mark.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

const cronPath = "/usr/sbin/cron";
const tablePath = `/etc/cron.d/claw-test-${process.pid}`;
const obstacle = !isRoot
  ? "only root may add a crontab for the time of a test"
  : !existsSync(cronPath)
  ? `${cronPath} is not installed`
  : undefined;

const jobs = peacefulLabs.map((lab) => ({ lab, text: mark() }));
const homes: BinaryHome[] = [];
let ownCron: ChildProcess | undefined;

/** As the README has it, for every minute and a gateway that does not stand where it is looked for. */
function lineFor({ gateway }: Lab, home: BinaryHome, text: string): string {
  writeFileSync(join(home.path, "token"), gateway.secret, { mode: 0o600 });
  const place = `--config-dir ${home.path}/config --port ${gateway.port} --token-file ${home.path}/token`;
  return `* * * * * root ${binaryPath()} event "${text}" --now --retry 60s ${place} >${home.path}/log 2>&1; ` +
    `echo "exit $?" >>${home.path}/log\n`;
}

before(() => {
  if (obstacle !== undefined) return;
  const lines = jobs.map(({ lab, text }) => {
    const home = lab.home();
    homes.push(home);
    return lineFor(lab, home, text);
  });
  writeFileSync(tablePath, lines.join(""), { mode: 0o644 });
  if (spawnSync("pidof", ["cron"]).status !== 0) ownCron = spawn(cronPath, ["-f"], { stdio: "ignore" });
});

after(tidyUp);
// Deno's root hooks do not run when tests are filtered.
globalThis.addEventListener("unload", tidyUp);

function tidyUp(): void {
  rmSync(tablePath, { force: true });
  ownCron?.kill();
  for (const home of homes) home[Symbol.dispose]();
}

describe("a real crontab", () => {
  for (const [at, { lab, text }] of jobs.entries()) {
    itWhen(obstacle, `delivers to gateway ${lab.version}`, async () => {
      const log = join(homes[at]?.path ?? "", "log");
      const ended = () => existsSync(log) && /^exit /m.test(readFileSync(log, "utf8")) || undefined;
      await eventually(ended, "cron's next minute", 75_000);
      assert.equal(
        readFileSync(log, "utf8"),
        `delivered to gateway ${lab.version} at ${lab.gateway.url}/, to run now\nexit 0\n`,
      );
      await lab.provider.heard(text, 70_000);
    });
  }
});
