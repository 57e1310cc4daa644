/**
 * One command line to a gateway of each generation at once.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assertExit, createBinaryHome, envelopeOf } from "../../support/binary.ts";
import { deviceLabs } from "./device_labs.ts";

describe("claw with several contexts", () => {
  it("delivers to both generations, and says which gateway it did not reach", async () => {
    using home = createBinaryHome();
    const directory = `${home.path}/.config/claw/contexts`;
    mkdirSync(directory, { recursive: true });
    const context = (name: string, url: string, token: string) =>
      writeFileSync(`${directory}/${name}.json5`, JSON.stringify({ url, token }), { mode: 0o600 });
    for (const { gateway, protocol } of deviceLabs) context(`gateway-${protocol}`, gateway.url, gateway.secret);
    const both = await home.claw(["event", "-", "--all-contexts", "--json"], { stdin: "from one pipe\n" });
    assertExit(both, 0);
    const results: readonly { data: { gateway: { version: string } } }[] = envelopeOf(both).data.contexts;
    assert.deepEqual(results.map(({ data }) => data.gateway.version), deviceLabs.map(({ version }) => version));
    const jobs = await home.claw(["cron", "list", "--context", "gateway-4,gateway-3"]);
    assertExit(jobs, 0);
    assert.match(jobs.stdout, /^gateway-4:[^]*\ngateway-3: the gateway has no cron jobs\n$/);
    context("gone", "ws://127.0.0.1:9", "x");
    const lacking = await home.claw(["event", "x", "--all-contexts"]);
    assertExit(lacking, 79);
    assert.match(lacking.stderr, /^claw: error: 1 of 3 gateways failed: gone\nclaw: hint: gone: .* --context gone\n$/);
  });
});
