/**
 * Runs that nobody watches: without a home directory, without streams, from a directory that cannot be written, and with
 * an output that is full or gone.
 */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, binaryPath } from "../../support/binary.ts";
import { give, isRoot, plainUserId } from "../../support/store.ts";
import { readTrace } from "../../support/trace.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

/** A shell's words for running the rest as somebody whom file modes bind. */
const asPlainUser = isRoot ? `setpriv --reuid=${plainUserId} --regid=${plainUserId} --clear-groups -- ` : "";

for (const lab of peacefulLabs) {
  describe(`unattended at gateway ${lab.version}`, () => {
    /** All that a service manager has to give. Everything belongs to the plain user. */
    function furnish(home: BinaryHome): Record<string, string> {
      chmodSync(home.path, 0o711);
      for (const name of ["config", "state", "read-only"]) mkdirSync(join(home.path, name), { mode: 0o700 });
      writeFileSync(join(home.path, "token"), `${lab.gateway.secret}\n`, { mode: 0o600 });
      // Where the project stands may be closed to others.
      copyFileSync(binaryPath(), join(home.path, "claw"));
      give(home.path);
      chmodSync(join(home.path, "read-only"), 0o555);
      return {
        HOME: "",
        OPENCLAW_CONFIG_PATH: "",
        CLAW_CONFIG_DIR: join(home.path, "config"),
        CLAW_STATE_DIR: join(home.path, "state"),
        CLAW_TOKEN_FILE: join(home.path, "token"),
        CLAW_PORT: String(lab.gateway.port),
      };
    }

    it("event needs two directories, a token file and a port; no home, no streams, no writable directory", async () => {
      using home = lab.home();
      const env = furnish(home);
      const shell = `shift; exec ${asPlainUser}../claw "$@" <&- >&- 2>&-`;
      const trace = join(home.path, "state/trace");
      for (const text of ["one", "two"]) {
        const run = await home.claw(["event", text, "--trace", trace], {
          env,
          shell,
          cwd: join(home.path, "read-only"),
        });
        assertExit(run, 0);
        assert.equal(run.stdout + run.stderr, "");
      }
      const answers = readTrace(trace).filter(({ dir, frame }) => dir === "in" && frame?.id === "1");
      assert.deepEqual(answers.map(({ frame }) => frame.payload), [{ ok: true }, { ok: true }]);
    });

    it("event is done although its output is lost: a full disk and a closed pipe only warn", async () => {
      using home = lab.home();
      const full = await home.claw(["event", "x"], { shell: 'exec "$@" >/dev/full' });
      assertExit(full, 0);
      assert.match(full.stderr, /^claw: warning: done, but not printed: cannot write to stdout: ENOSPC\n$/);
      const closed = await home.claw(["event", "x"], { shell: '{ "$@"; echo "exit $?" >&2; } | true' });
      assert.match(closed.stderr, /^claw: warning: done, but not printed: cannot write to stdout: EPIPE\nexit 0\n$/);
    });

    it("status, which is nothing but its output, fails when that is lost", async () => {
      using home = lab.home();
      const full = await home.claw(["status"], { shell: 'exec "$@" >/dev/full' });
      assertExit(full, 74);
      assert.match(full.stderr, /^claw: error: cannot write to stdout: ENOSPC\n/);
    });

    it("event without a home directory says what to set", async () => {
      using home = lab.home({ HOME: "" });
      const run = await home.claw(["event", "x"]);
      assertExit(run, 78);
      assert.match(run.stderr, /^claw: error: HOME is not set.*\nclaw: hint: .*CLAW_CONFIG_DIR/);
    });
  });
}
