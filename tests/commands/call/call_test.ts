import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openAnsweringGateway } from "../../support/answering_gateway.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

type Answers = Parameters<typeof openAnsweringGateway>[0];

/** Answers with this payload. */
function give(payload: unknown): Answers[string] {
  return ({ id }, { say }) => say({ type: "res", id, ok: true, payload });
}

async function setUp(answers: Answers, protocol: 3 | 4 = 4) {
  const gateway = await openAnsweringGateway(answers, protocol);
  const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  return {
    gateway,
    home,
    call: (...args: readonly string[]) => home.claw(["call", ...args]),
    async [Symbol.asyncDispose]() {
      home[Symbol.dispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

describe("claw call", () => {
  it("prints the answer as JSON, for people and for programs, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const people = await home.claw(["call", "cron.list", "--params", '{"query":"no such job"}']);
      assert.deepEqual([people.exit, people.stderr], [0, ""]);
      assert.match(people.stdout, /^\{\n {2}"jobs": \[\],\n/);
      const program = await home.claw(["call", "cron.list", "--json", "--params", '{"query":"no such job"}']);
      const { ok, data } = JSON.parse(program.stdout);
      assert.deepEqual([ok, data.method, data.payload.jobs], [true, "cron.list", []]);
      assert.equal((await home.claw(["call", "last-heartbeat"])).stdout, "null\n");
    }
  });

  it("takes params from standard input, and says where they are no JSON, before it connects", async () => {
    await using setup = await setUp({
      "x.echo": ({ id, params }, { say }) => say({ type: "res", id, ok: true, payload: params }),
    });
    const args = ["call", "x.echo", "--params", "-"];
    const { stdout } = await setup.home.claw(args, { stdin: '{"a":"ü\u202e"}' });
    assert.equal(stdout, '{\n  "a": "ü\\u202e"\n}\n');
    assert.deepEqual(JSON.parse(stdout), { a: "ü\u202e" });
    const wrong = await setup.home.claw(args, { stdin: '{"token":"hunter2hunter2"' });
    assert.equal(wrong.exit, 65);
    assert.match(wrong.stderr, /^claw: error: --params: this is not JSON, from line 1, column 26 on\nclaw: hint: /);
    assert.doesNotMatch(wrong.stderr, /hunter2/);
    assert.equal(setup.gateway.requests.length, 1);
  });

  it("asks for the least scope, and for what --scope says", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const granted = () => gateway.gateway.memory.pairings.paired()[0]?.tokens["operator"]?.scopes;
    await home.claw(["call", "status"]);
    assert.deepEqual(granted(), ["operator.read"]);
    await home.claw(["call", "device.pair.list"]);
    assert.deepEqual(granted(), ["operator.pairing", "operator.read"]);
    await home.claw(["call", "health", "--scope", "write"]);
    assert.ok(granted()?.includes("operator.write"));
  });

  it("names the scope that a method needs which nobody knew", async () => {
    const error = { code: "FORBIDDEN", message: "missing scope: operator.admin", details: { code: "MISSING_SCOPE" } };
    await using setup = await setUp({ "x.secret": ({ id }, { say }) => say({ type: "res", id, ok: false, error }) });
    const { exit, stderr } = await setup.call("x.secret");
    assert.equal(exit, 77);
    assert.match(stderr, /hint: ask for it with --scope operator\.admin\n$/);
  });

  it("refuses a misspelt method before it is sent, and names the nearest one", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { exit, stderr } = await home.claw(["call", "cron.lst"]);
    assert.equal(exit, 65);
    assert.match(stderr, /offers no method 'cron\.lst'\nclaw: hint: did you mean cron\.list\?\n$/);
    const far = await home.claw(["call", "frobnicate"]);
    assert.match(far.stderr, /hint: list its methods with `claw call --list`\n$/);
    const event = await home.claw(["call", "heartbeat"]);
    assert.match(
      event.stderr,
      /heartbeat is an event, and no method\nclaw: hint: .*: claw watch --events heartbeat\n$/,
    );
  });

  it("says with which release a method came that the gateway does not list, and sends it with --force", async () => {
    await using gateway = await openSocketGateway({ protocol: 3 });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const early = await home.claw(["call", "sessions.usage"]);
    assert.match(
      early.stderr,
      /gateway 2026\.3\.13 does not list sessions\.usage, which came with 2026\.7 or before\n/,
    );
    assert.match(early.stderr, /hint: .*--force\n$/);
    const late = await home.claw(["call", "cron.scratch.get", "--json"]);
    assert.equal(JSON.parse(late.stdout).error.details.since, "2026.7");
    const node = await home.claw(["call", "skills.bins"]);
    assert.match(node.stderr, /skills\.bins is for nodes, and claw connects as an operator\n/);
    const forced = await home.claw(["call", "sessions.usage", "--force", "--scope", "admin"]);
    assert.deepEqual([forced.exit, forced.stderr], [
      65,
      "claw: error: sessions.usage: unknown method: sessions.usage\n",
    ]);
  });

  it("masks secrets in answers to reading, and says so; --show-secrets shows them", async () => {
    await using setup = await setUp({ "sessions.get": give({ apiToken: "s3cret-value", maxTokens: 5 }) });
    const masked = await setup.call("sessions.get");
    assert.deepEqual(JSON.parse(masked.stdout), { apiToken: "***", maxTokens: 5 });
    assert.match(masked.stderr, /^claw: warning: what has a secret's name is masked: --show-secrets shows it\n$/);
    const shown = await setup.call("sessions.get", "--show-secrets");
    assert.deepEqual([JSON.parse(shown.stdout).apiToken, shown.stderr], ["s3cret-value", ""]);
  });

  it("shows what a method issues as it is, since it comes only once", async () => {
    await using setup = await setUp({ "device.token.rotate": give({ token: "n3w-token" }) });
    const { stdout, stderr } = await setup.call("device.token.rotate", "--json");
    assert.deepEqual([JSON.parse(stdout).data.payload, stderr], [{ token: "n3w-token" }, ""]);
  });

  it("ends with 79 when no answer came, and says whether a repetition may do harm", async () => {
    await using setup = await setUp({
      "chat.send": (_, { hangUp }) => hangUp(),
      "chat.history": (_, { hangUp }) => hangUp(),
    });
    const acting = await setup.call("chat.send");
    assert.equal(acting.exit, 79);
    assert.match(
      acting.stderr,
      /chat\.send was sent, but .* \(1012: service restart\): the gateway may or may not have acted/,
    );
    const reading = await setup.call("chat.history");
    assert.equal(reading.exit, 79);
    assert.match(reading.stderr, /restart\)\nclaw: hint: it only reads: repeat it when the gateway answers\n$/);
  });

  it("refuses flags that contradict each other", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    for (
      const args of [["--list", "--params", "{}"], ["--list", "--force"], ["x", "--wait-timeout", "3s"], [" x"], [], [
        "",
      ]]
    ) {
      assert.equal((await home.claw(["call", ...args])).exit, 64, args.join(" "));
    }
  });
});

describe("claw call --list", () => {
  it("shows what the gateway offers with the scope that each needs", async () => {
    await using setup = await setUp({ "x.new": give(1), "agent": give(1), "skills.bins": give(1) });
    const { exit, stdout } = await setup.call("--list");
    assert.equal(exit, 0);
    assert.match(stdout, /^METHOD +SCOPE +SINCE\nagent +dynamic +<=2026\.7\n/);
    assert.match(stdout, /^cron\.add +admin +<=2026\.7$/m);
    assert.match(stdout, /^x\.new +- +-$/m);
    const { data } = JSON.parse((await setup.call("--list", "--json")).stdout);
    const of = (name: string) => data.methods.find((method: { name: string }) => method.name === name);
    assert.deepEqual(of("cron.list"), {
      name: "cron.list",
      scope: "operator.read",
      since: "<=2026.7",
      isGranted: true,
    });
    assert.deepEqual([of("cron.add").isGranted, of("skills.bins").isGranted, of("x.new").isGranted], [
      false,
      false,
      undefined,
    ]);
  });

  it("shows those with a word in their name, and ends with 1 when there are none", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { stdout } = await home.claw(["call", "--list", "TOKEN"]);
    assert.deepEqual(stdout.trimEnd().split("\n").map((line) => line.split(" ")[0]), [
      "METHOD",
      "device.token.revoke",
      "device.token.rotate",
    ]);
    assert.equal((await home.claw(["call", "--list", "nothing-like-it"])).exit, 1);
  });
});

describe("claw call --stream", () => {
  const run: Answers = {
    agent: ({ id }, { say }) => {
      say({ type: "res", id, ok: true, payload: { runId: "r", status: "accepted" } });
      say({ type: "event", event: "agent", payload: { runId: "r", sessionToken: "s3cret", text: "hi\u202e" } });
      say({ type: "res", id, ok: true, payload: { runId: "r", status: "ok" } });
    },
  };

  it("prints the acceptance, events and the last answer, masked and escaped", async () => {
    await using setup = await setUp(run);
    const { exit, stdout, stderr } = await setup.call("agent", "--stream");
    assert.equal(exit, 0);
    assert.deepEqual(stdout.split("\n").slice(0, 3), [
      'agent accepted  {"runId":"r","status":"accepted"}',
      'agent  {"runId":"r","sessionToken":"***","text":"hi\\u202e"}',
      "{",
    ]);
    assert.match(stderr, /--show-secrets/);
    const json = await setup.call("agent", "--stream", "--json");
    const documents = json.stdout.trimEnd().split("\n").map((line) => Object.keys(JSON.parse(line).data).join());
    assert.deepEqual(documents, ["accepted", "event,payload", "method,payload"]);
  });

  it("gives the last answer alone with --wait, and the first one without either", async () => {
    await using setup = await setUp(run);
    assert.equal(
      JSON.parse((await setup.call("agent", "--wait", "--quiet", "--json")).stdout).data.payload.status,
      "ok",
    );
    assert.equal(JSON.parse((await setup.call("agent", "--json")).stdout).data.payload.status, "accepted");
  });

  it("ends with 79 when the last answer does not come, and says how to look", async () => {
    const accept: Answers[string] = ({ id }, { say }) =>
      say({ type: "res", id, ok: true, payload: { runId: "r", status: "accepted" } });
    await using setup = await setUp({ agent: accept });
    const { exit, stderr } = await setup.call("agent", "--wait", "--wait-timeout", "200ms", "--timeout", "1s");
    assert.equal(exit, 79);
    assert.match(
      stderr,
      /error: agent was accepted, but no final answer came in time\nclaw: hint: look what became of it: /,
    );
  });
});
