/**
 * `claw call`: the table of published methods against what real gateways offer, and calls of every kind.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { mark } from "../mark.ts";
import { systemLabs } from "./system_labs.ts";

for (const lab of systemLabs) {
  describe(`call at gateway ${lab.version}`, () => {
    it("--list knows the scope of most methods that the gateway offers", async () => {
      using home = lab.home();
      const { methods } = envelopeOf(await home.claw(["call", "--list", "--json"])).data;
      const known = methods.filter(({ scope }: { scope?: string }) => scope !== undefined);
      assert.ok(known.length > 0.8 * methods.length, `${known.length} of ${methods.length}`);
      const agent = methods.find(({ name }: { name: string }) => name === "agent");
      assert.equal(agent.scope, "dynamic");
    });

    it("asks for scopes that are enough for the methods that only read", async () => {
      using home = lab.home();
      for (const method of ["status", "cron.list", "sessions.list", "models.list", "agents.list", "node.list"]) {
        const run = await home.claw(["call", method, "--json"]);
        assertExit(run, 0);
        assert.equal(typeof envelopeOf(run).data.payload, "object");
      }
      assertExit(await home.claw(["call", "device.pair.list", "--json"]), 0);
    });

    it("says what the official command line says of the same call", async () => {
      using home = lab.home();
      const ours = envelopeOf(await home.claw(["call", "cron.status", "--json"])).data.payload;
      const theirs = JSON.parse(await lab.gateway.cli("gateway", "call", "cron.status", "--json"));
      assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
    });

    it("sends a method that is not listed only with --force", async () => {
      using home = lab.home();
      const refused = await home.claw(["call", "sessions.usage"]);
      assertExit(refused, 65);
      assert.match(refused.stderr, /does not list sessions\.usage, which came with 2026\.7 or before/);
      assertExit(await home.claw(["call", "sessions.usage", "--force"]), 0);
      const unknown = await home.claw(["call", "no.such.method", "--force", "--scope", "admin"]);
      assertExit(unknown, 65);
      assert.match(unknown.stderr, /unknown method: no\.such\.method/);
    });

    it("names the scope that is missing", async () => {
      using home = lab.home();
      const run = await home.claw(["call", "set-heartbeats", "--params", '{"enabled":true}', "--scope", "read"]);
      assertExit(run, 77);
      assert.match(run.stderr, /hint: ask for it with --scope operator\.admin\n/);
    });

    it("agent --stream follows a run from its acceptance to its last answer", async () => {
      using home = lab.home();
      const [question, answer] = [mark(), mark()];
      lab.provider.answer(answer);
      const params = JSON.stringify({ message: question, sessionKey: "main", idempotencyKey: question });
      const run = await home.claw(["call", "agent", "--params", params, "--stream", "--json"]);
      assertExit(run, 0);
      const documents = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).data);
      assert.equal(documents[0].accepted.status, "accepted");
      assert.ok(documents.some(({ event }) => event === "agent"), "there are events");
      const { payload } = documents.at(-1);
      assert.equal(payload.status, "ok");
      assert.ok(JSON.stringify(payload).includes(answer), "the agent's answer is there");
      const first = await home.claw(["call", "agent", "--params", params, "--wait", "--json"]);
      assertExit(first, 0);
      assert.equal(envelopeOf(first).data.payload.runId, payload.runId, "the same key is the same run");
    });

    it("agent --wait says that an accepted run failed", async () => {
      using home = lab.home();
      lab.provider.answer(400);
      const params = JSON.stringify({ message: mark(), sessionKey: "main", idempotencyKey: mark() });
      const run = await home.claw(["call", "agent", "--params", params, "--wait", "--json"]);
      // 2026.3.13 takes the model's complaint for the agent's answer.
      if (lab.protocol === 3) return assertExit(run, 0);
      assertExit(run, 65);
      assert.match(String(envelopeOf(run).error?.message), /^agent was accepted, and failed: /);
    });
  });
}
