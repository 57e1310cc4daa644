/**
 * Sudden death at every change of the file system: whenever it comes, keys and tokens are there, old or new and whole,
 * the next run works, and what is left over is taken away by and by.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseKeyText } from "../src/identity/key_formats.ts";
import { loadTokenFile, tokenFiles } from "../src/identity/token_file.ts";
import { openSocketGateway } from "./support/dev_gateway.ts";
import { dieEverywhere, longRun } from "./support/fate.ts";
import { keyIdIn } from "./support/key_files.ts";
import { startRefusingGateway } from "./support/refusing_gateway.ts";
import { storeIn } from "./support/store.ts";
import type { TestHome } from "./support/world.ts";

function configOf({ path }: TestHome): string {
  return join(path, ".config/claw");
}

function stateOf({ path }: TestHome): string {
  return join(path, ".local/state/claw");
}

/** The tokens that stand there, each whole. */
function tokensOf(home: TestHome, folder = "") {
  const store = { ...storeIn(home.path), stateDirectory: stateOf(home) };
  return folder === ""
    ? tokenFiles(store).flatMap((path) => loadTokenFile(store, path) ?? [])
    : namesOr(join(stateOf(home), "tokens", folder)).flatMap((path) => loadTokenFile(store, path) ?? []);
}

function namesOr(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

const keyNames = ["device.json", "device.prev", "device.prev.new"] as const;

/** The ids of all keys that are there, each whole. */
async function keysOf(home: TestHome): Promise<readonly string[]> {
  const found = keyNames.filter((name) => readdirSync(configOf(home)).includes(name));
  return await Promise.all(found.map(async (name) => {
    const text = readFileSync(join(configOf(home), name), "utf8");
    await parseKeyText(text, name);
    assert.equal(statSync(join(configOf(home), name)).mode & 0o777, 0o600);
    return String(JSON.parse(text).deviceId);
  }));
}

describe("claw, killed at any moment", () => {
  it("makes a whole key or none", longRun, async () => {
    await dieEverywhere({
      env: { CLAW_URL: "ws://127.0.0.1:1" },
      args: () => ["event", "x"],
      exits: [69],
      mayLeave: /\/device\.json\.[^/]*\.tmp$/,
      async look(home) {
        if (namesOr(configOf(home)).length > 0) assert.equal((await keysOf(home)).length, 1);
      },
    }, 8);
  });

  it("loses neither key nor token when the key is replaced", longRun, async () => {
    await using gateway = await openSocketGateway();
    const olds = new Map<string, string>();
    await dieEverywhere({
      env: { CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret },
      async prepare(home) {
        await home.claw(["event", "x"]);
        olds.set(home.path, keyIdIn(home, "device.json") ?? "");
      },
      args: () => ["device", "reset", "--yes"],
      exits: [0],
      async look(home) {
        const old = olds.get(home.path) ?? "";
        assert.ok((await keysOf(home)).length > 0, "a key is in place");
        const tokens = [...tokensOf(home), ...tokensOf(home, old)];
        assert.deepEqual(tokens.map(({ deviceId }) => deviceId), [old]);
      },
    }, 15);
  });

  it("loses no key when the one before comes back", longRun, async () => {
    const pairs = new Map<string, readonly string[]>();
    await dieEverywhere({
      env: { CLAW_URL: "ws://127.0.0.1:1" },
      async prepare(home) {
        await home.claw(["event", "x"]);
        await home.claw(["device", "reset", "--yes"]);
        pairs.set(home.path, [...await keysOf(home)].sort());
      },
      args: (home) => ["device", "import", join(configOf(home), "device.prev")],
      exits: [0],
      async look(home) {
        assert.deepEqual([...new Set(await keysOf(home))].sort(), pairs.get(home.path));
      },
    }, 15);
  });

  it("writes a whole copy of the key or none", longRun, async () => {
    await dieEverywhere({
      env: { CLAW_URL: "ws://127.0.0.1:1" },
      prepare: (home) => home.claw(["event", "x"]),
      args: (home) => ["device", "export", join(home.path, "copy")],
      // When it is there already it is whole.
      exits: [0, 65],
      async look({ path }) {
        if (!readdirSync(path).includes("copy")) return;
        await parseKeyText(readFileSync(join(path, "copy"), "utf8"), "copy");
        assert.equal(statSync(join(path, "copy")).mode & 0o777, 0o600);
      },
    }, 6);
  });

  it("has the last token or the new one, and the one before beside it", longRun, async () => {
    await using gateway = await openSocketGateway();
    const known = new Map<string, string>();
    await dieEverywhere({
      env: { CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret },
      async prepare(home) {
        await home.claw(["device", "list"]);
        known.set(home.path, tokensOf(home)[0]?.token ?? assert.fail("no token"));
      },
      args: () => ["device", "rotate"],
      exits: [0],
      look(home) {
        const [token = assert.fail("no token"), ...others] = tokensOf(home);
        assert.deepEqual(others, []);
        const current = gateway.gateway.memory.pairings.find(token.deviceId)?.tokens["operator"]?.token;
        assert.ok([known.get(home.path), current].includes(token.token), "neither the last one nor the new one");
        if (token.token === current) known.set(home.path, token.token);
      },
    }, 12);
  });

  it("remembers a whole lockout or none", longRun, async () => {
    const details = { code: "AUTH_RATE_LIMITED" };
    const told = { code: "INVALID_REQUEST", message: "later", details, retryable: true, retryAfterMs: 300_000 };
    await using gateway = await startRefusingGateway(told);
    await dieEverywhere({
      env: { CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong" },
      async prepare(home) {
        await home.claw(["event", "x"]);
        rmSync(join(stateOf(home), "lockouts"), { recursive: true });
      },
      args: () => ["event", "x"],
      exits: [75],
      mayLeaveAfterTwo: /lockouts\/[^/]*\.tmp$/,
      look(home) {
        for (const path of namesOr(join(stateOf(home), "lockouts"))) {
          assert.equal(JSON.parse(readFileSync(path, "utf8")).waitMs, 300_000);
        }
      },
    }, 6);
  });
});
