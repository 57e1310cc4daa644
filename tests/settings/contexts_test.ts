import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contextNames, isContextName } from "../../src/settings/contexts.ts";
import { settings } from "../../src/settings/schema.ts";
import { failureOf, type Scene, secretOf, settingsIn, settingsOf, withHome } from "../support/settings_home.ts";

const home = {
  ".config/claw/contexts/home.json5": '{\n  url: "wss://home.example", token: "home-token", timeout: "3s" }',
};
const files = { ...home, ".config/claw/contexts/lab.json5": '{ port: 18790, tokenFile: "lab.token" }' };
const lab = { ...files, ".config/claw/contexts/lab.token": "lab-token" };

const gatewayOf = async (scene: Scene) => {
  const found = await settingsOf({ files: lab, ...scene });
  return [found.endpoint.value.origin, await secretOf(found), found.context?.value];
};

describe("hearContext()", () => {
  it("takes gateway, secret and times from the context that a flag, a variable or the config file names", async () => {
    const expected = ["wss://home.example:443", "token home-token", "home"];
    assert.deepEqual(await gatewayOf({ flags: { context: "home" } }), expected);
    assert.deepEqual(await gatewayOf({ env: { CLAW_CONTEXT: "home" } }), expected);
    assert.deepEqual(await gatewayOf({ claw: { context: "home" } }), expected);
    const { timeoutMs } = await settingsOf({ files, flags: { context: "home" }, claw: { timeout: "9s", retry: "1s" } });
    assert.equal(timeoutMs.value, 3_000);
    assert.deepEqual(await gatewayOf({ flags: { context: "lab" }, env: { CLAW_CONTEXT: "home" } }), [
      "ws://127.0.0.1:18790",
      "token lab-token",
      "lab",
    ]);
  });

  it("keeps what the config file says beside the gateway, and nothing of its gateway", async () => {
    const claw = { url: "wss://other.example", password: "other", agent: "ops", retry: "1m" };
    const found = await settingsOf({ files, claw, flags: { context: "home" } });
    assert.deepEqual([found.agent?.value, found.retryMs.value], ["ops", 60_000]);
    assert.deepEqual(found.shadowed, []);
  });

  it("hears no secret and no gateway of the environment for a context that a flag names, and says so", async () => {
    const env = { CLAW_TOKEN: "t", CLAW_URL: "wss://else.example", OPENCLAW_GATEWAY_TOKEN: "o", CLAW_TIMEOUT: "4s" };
    const found = await settingsOf({ files: lab, env, flags: { context: "lab" } });
    assert.deepEqual([await secretOf(found), found.timeoutMs.value], ["token lab-token", 4_000]);
    assert.deepEqual(found.notes, [
      "CLAW_URL is not used: --context names the gateway",
      "CLAW_TOKEN is not used: --context names the gateway",
      "OPENCLAW_GATEWAY_TOKEN is not used: --context names the gateway",
    ]);
  });

  it("hears no allowance of the environment for its gateway", async () => {
    const files = { ".config/claw/contexts/near.json5": '{ url: "ws://10.0.0.9:18789" }' };
    const env = { OPENCLAW_ALLOW_INSECURE_PRIVATE_WS: "1", CLAW_ALLOW_INSECURE_PRIVATE: "1" };
    assert.equal((await failureOf({ files, env, flags: { context: "near" } })).code, "config/insecure-url");
    const allowed = await settingsOf({ files, env, flags: { context: "near", allowInsecurePrivate: true } });
    assert.deepEqual(allowed.notes, [
      "CLAW_ALLOW_INSECURE_PRIVATE is not used: --context names the gateway",
      "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS is not used: --context names the gateway",
    ]);
  });

  it("takes an explicit secret beside the variable that names the context", async () => {
    const env = { CLAW_CONTEXT: "home", CLAW_TOKEN: "mine", OPENCLAW_GATEWAY_URL: "wss://else.example" };
    assert.deepEqual(await gatewayOf({ env }), ["wss://home.example:443", "token mine", "home"]);
  });

  it("lets the environment's gateway win over a context of the config file, which keeps its secrets", async () => {
    const claw = { context: "home" };
    for (const name of ["CLAW_URL", "OPENCLAW_GATEWAY_URL"]) {
      const scene = { claw, env: { [name]: "wss://else.example" } };
      assert.deepEqual(await gatewayOf(scene), ["wss://else.example:443", undefined, undefined], name);
    }
    assert.deepEqual((await gatewayOf({ claw, flags: { port: "9" } }))[2], undefined);
  });

  it("refuses two gateways in one place", async () => {
    const both = await failureOf({ files, flags: { context: "home", url: "ws://127.0.0.1:9" } });
    assert.equal(`${both.code} ${both.message}`, "usage/bad-flag --url: this and --context exclude each other");
    const env = await failureOf({ files, env: { CLAW_CONTEXT: "home", CLAW_PORT: "9" } });
    assert.equal(`${env.code} ${env.message}`, "config/invalid CLAW_PORT: this and CLAW_CONTEXT exclude each other");
  });

  it("takes the local context for what there is without any", async () => {
    const openclaw = { gateway: { port: 19001, auth: { token: "abc" } } };
    const claw = { context: "home" };
    assert.deepEqual(await gatewayOf({ claw, openclaw, flags: { context: "local" } }), [
      "ws://127.0.0.1:19001",
      "token abc",
      "local",
    ]);
    assert.deepEqual(await gatewayOf({ openclaw, env: { CLAW_URL: "wss://x.example" }, flags: { context: "local" } }), [
      "ws://127.0.0.1:19001",
      "token abc",
      "local",
    ]);
  });

  it("gives a context what openclaw.json holds for its very gateway", async () => {
    const openclaw = { gateway: { port: 18790, auth: { mode: "token", token: "abc" } } };
    const bare = { ".config/claw/contexts/bare.json5": "{ port: 18790 }" };
    assert.equal(await secretOf(await settingsOf({ files: bare, openclaw, flags: { context: "bare" } })), "token abc");
  });
});

describe("loadContext()", () => {
  const refusal = async (name: string, more: Scene = {}) => {
    const { code, message, hint } = await failureOf({ files, flags: { context: name }, ...more });
    return [code, message.replace(/\S*\/\.config/, "~/.config"), hint];
  };

  it("names those that there are where one is not", async () => {
    assert.deepEqual(await refusal("hme"), [
      "usage/bad-flag",
      "--context: there is no context hme",
      "there are: local, home, lab",
    ]);
    const claw = await failureOf({ claw: { context: "x" } });
    assert.match(`${claw.code} ${claw.message}`, /^config\/invalid \S+config\.json5: context: there is no context x$/);
  });

  it("names file, line and setting of a mistake", async () => {
    const path = ".config/claw/contexts/bad.json5";
    const broken = (text: string) => refusal("bad", { files: { [path]: text } });
    assert.equal((await broken('{\n url: "wss://x", tokenn: "a" }'))[1], `~/${path}, line 2: tokenn is not a setting`);
    assert.equal((await broken("{\n url: }"))[1], `~/${path}, line 2, column 7: not valid JSON5`);
    assert.equal((await broken('{ tokenCmd: "a\\u0000b" }'))[1], `~/${path}, line 1: tokenCmd has a NUL inside`);
    assert.equal((await broken('{ token: "a" }'))[1], `~/${path}: it names no gateway`);
    assert.equal((await broken('{ context: "a" }'))[1], `~/${path}: a context cannot name another`);
  });

  it("refuses a name that is none, a path above all", async () => {
    for (const name of ["../home", "Home", "a,b", "con", ".x"]) {
      const [code, message] = await refusal(name);
      assert.equal(code, "usage/bad-flag");
      assert.match(message ?? "", /^--context: this (is no name of a context|takes one context)$/);
    }
    assert.equal((await refusal("home,lab"))[2], "name one of them");
  });
});

describe("contextNames()", () => {
  it("lists the files whose names can be given", async () => {
    await withHome(async (path) => {
      await settingsIn(path, {
        files: { ...files, ".config/claw/contexts/NOT.json5": "", ".config/claw/contexts/x": "" },
      });
      assert.deepEqual(contextNames("linux", `${path}/.config/claw`), ["home", "lab"]);
      assert.deepEqual(contextNames("linux", `${path}/nowhere`), []);
    });
  });

  it("isContextName() refuses what some file system or the word local would not take", () => {
    for (const name of ["a", "home-2", "eu.west_1", "console"]) assert.equal(isContextName(name), true, name);
    for (const name of ["", "a b", "a/b", "A", "nul.x", "lpt1", "a.", "x".repeat(65)]) {
      assert.equal(isContextName(name), false, name);
    }
  });
});

it("settings say which of them belong to a gateway", () => {
  const others = settings.filter((setting) => !("isOfGateway" in setting)).map(({ key }) => key);
  assert.deepEqual(others, ["context", "proxy", "timeout", "retry", "agent", "trace", "configDir", "stateDir"]);
});
