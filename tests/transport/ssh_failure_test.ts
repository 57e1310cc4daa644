import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { channelFailure, sshFailure, sshTimeout } from "../../src/transport/ssh_failure.ts";

const failureOf = (...said: string[]) => sshFailure({ target: "me@host", said, osCode: undefined });

/** As OpenSSH 9.2 says them. */
const words: readonly [line: string, code: string, hint: RegExp][] = [
  ["me@host: Permission denied (publickey).", "auth/rejected", /ssh me@host$/],
  ["Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures", "auth/rejected", /keys alone/],
  ["Host key verification failed.", "net/ssh", /log in once by hand/],
  ["ssh: Could not resolve hostname host: Name or service not known", "net/unreachable", /spelling/],
  ["ssh: connect to host host port 22: Connection refused", "net/unreachable", /by hand/],
  ["ssh: connect to host host port 22: Connection timed out", "net/unreachable", /by hand/],
  ["ssh: connect to host host port 22: No route to host", "net/unreachable", /by hand/],
  ["kex_exchange_identification: Connection closed by remote host", "net/unreachable", /by hand/],
  ["Could not request local forwarding.", "net/ssh", /by hand/],
  ["command-line: line 0: Bad configuration option: x", "net/ssh", /by hand/],
];

describe("sshFailure()", () => {
  for (const [line, code, hint] of words) {
    it(`takes "${line}" for ${code}`, () => {
      const error = failureOf("Warning: something before", line);
      assert.deepEqual([error.code, error.message], [
        code,
        `ssh to me@host failed: ${line.replace(/^ssh: |\.$/g, "")}`,
      ]);
      assert.match(error.hint ?? "", hint);
    });
  }

  it("does not wait for a name that is unknown, and may for a machine that is not there", () => {
    assert.equal(failureOf("ssh: Could not resolve hostname host: no").details["cause"], "dns");
    assert.equal(failureOf("ssh: connect to host host port 22: Connection refused").details["cause"], "ssh");
  });

  it("tells a changed host key from an unknown one", () => {
    const error = failureOf("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", "Host key verification failed.");
    assert.match(error.hint ?? "", /changed, or someone is between/);
  });

  it("has words for an ssh that said nothing, and for none", () => {
    assert.match(failureOf().message, /it said nothing$/);
    const absent = sshFailure({ target: "h", said: [], osCode: "ENOENT" });
    assert.deepEqual([absent.code, absent.message], ["net/ssh", "ssh to h failed: there is no program ssh"]);
    assert.match(sshFailure({ target: "h", said: [], osCode: "EACCES" }).message, /cannot be started \(EACCES\)$/);
  });
});

describe("sshTimeout()", () => {
  it("blames ssh and not the gateway, with ssh's last word where it said one", () => {
    assert.equal(sshTimeout("me@host", []).message, "ssh to me@host did not come through in time");
    const error = sshTimeout("me@host", ["first", "Last."]);
    assert.deepEqual([error.code, error.message, error.details], [
      "net/unreachable",
      "ssh to me@host did not come through in time: Last",
      { cause: "ssh" },
    ]);
  });
});

describe("channelFailure()", () => {
  const far = (...said: string[]) => channelFailure("me@host", "127.0.0.1:18789", said);

  it("says what the other machine met, by ssh's last word on a channel", () => {
    assert.equal(far("Warning: x"), undefined);
    const refused = far(
      "channel 1: open failed: connect failed: No route",
      "channel 2: open failed: connect failed: Connection refused",
    );
    assert.equal(refused?.message, "nothing listens on 127.0.0.1:18789 of me@host (connection refused)");
    assert.equal(refused?.code, "net/unreachable");
    const unknown = far("channel 2: open failed: connect failed: Name or service not known");
    assert.equal(unknown?.message, "me@host cannot reach 127.0.0.1:18789: Name or service not known");
  });

  it("knows a machine that allows no tunnels", () => {
    const error = far("channel 1: open failed: administratively prohibited: open failed");
    assert.deepEqual([error?.code, /AllowTcpForwarding/.test(error?.hint ?? "")], ["net/ssh", true]);
  });
});
