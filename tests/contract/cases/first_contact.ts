/**
 * Zero configuration beside an OpenClaw installation: the first run is paired without a person and brings home a device
 * token, all later ones need nothing else.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit } from "../../support/binary.ts";
import { paramsSent, readTrace } from "../../support/trace.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

for (const lab of peacefulLabs) {
  describe(`first contact with gateway ${lab.version}`, () => {
    it("event needs nothing but openclaw.json the first time, and the device token alone from then on", async () => {
      using home = lab.home();
      const traces = [1, 2].map((run) => join(home.path, `trace-${run}`));
      const configBefore = readFileSync(lab.gateway.configPath, "utf8");
      assertExit(await home.claw(["event", "first contact", "--trace", traces[0] ?? ""]), 0);
      // The second run is told where the gateway is, and no secret.
      const second = await home.claw(["event", "second contact", "--trace", traces[1] ?? ""], {
        env: { OPENCLAW_CONFIG_PATH: "", CLAW_URL: lab.gateway.url },
      });
      assertExit(second, 0);
      const [first, later] = traces.map((path) => paramsSent(readTrace(path), "connect"));
      assert.deepEqual(first?.map(({ auth, scopes }) => ({ auth, scopes })), [
        { auth: { token: "***" }, scopes: ["operator.write"] },
      ]);
      assert.deepEqual(later?.map(({ auth, scopes }) => ({ auth, scopes })), [
        { auth: { deviceToken: "***" }, scopes: ["operator.write"] },
      ]);
      assert.equal(first?.[0].device.id, later?.[0].device.id);
      assert.equal(readFileSync(lab.gateway.configPath, "utf8"), configBefore);
      assert.equal(existsSync(join(home.path, ".openclaw")), false);
    });

    it("--trace contains neither the shared token, nor the device token, nor a private key", async () => {
      using home = lab.home();
      const path = join(home.path, "trace");
      for (const text of ["one", "two"]) assertExit(await home.claw(["event", text, "--trace", path]), 0);
      const trace = readFileSync(path, "utf8");
      for (const secret of [lab.gateway.secret, ...storedSecrets(home.path)]) {
        assert.ok(secret.length >= 16, "a secret was found at all");
        assert.ok(!trace.includes(secret), "the trace contains a secret");
      }
    });

    it("status shows the version, the login, the scopes and where each setting comes from", async () => {
      using home = lab.home();
      const run = await home.claw(["status"]);
      assertExit(run, 0);
      assert.match(
        run.stdout,
        new RegExp(`version ${lab.version.replaceAll(".", "\\.")}, protocol ${lab.protocol}`),
      );
      assert.match(run.stdout, /token from .*gateway\.auth\.token/);
      assert.match(run.stdout, /operator\.read/);
      assert.ok(!run.stdout.includes(lab.gateway.secret));
      assert.equal(run.stderr, "");
    });
  });
}

/** Every string in claw's files that can only be a secret. */
function storedSecrets(home: string): readonly string[] {
  const names = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  const texts = names.map((name) => readFileSync(join(home, name), "utf8"));
  return texts.flatMap((text) => [...text.matchAll(/"(?:token|privateKey\w*|private|d|pkcs8)":\s*"([^"]+)"/g)])
    .map(([, secret = ""]) => secret);
}
