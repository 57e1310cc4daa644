/**
 * Sudden death at every change of the file system: whenever it comes, keys and tokens are there, old or new and whole,
 * the next run works, and what is left over is taken away by and by.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { parseKeyText } from "../src/identity/key_formats.ts";
import { loadTokenFile, tokenFiles } from "../src/identity/token_file.ts";
import { type CrashSite, createCrashSite } from "./support/crash.ts";
import { openSocketGateway } from "./support/dev_gateway.ts";
import { keyIdIn } from "./support/key_files.ts";
import { startRefusingGateway } from "./support/refusing_gateway.ts";
import { storeIn } from "./support/store.ts";
import { createTestHome, type TestHome } from "./support/world.ts";

const slow = { timeout: 300_000 };
const isNight = Boolean(process.env["CLAW_TEST_NIGHT"]);

/** One command line, and what holds around its death. */
interface Fate {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on disk before it runs, once for every death. */
  prepare?(home: TestHome): Promise<unknown>;
  args(home: TestHome): readonly string[];
  /** How it ends when it lives, also after a death. */
  readonly exits: readonly number[];
  /** Throws unless all that must be there is there, at any moment. */
  look(home: TestHome): Promise<void> | void;
}

/** Lets a command die at each of its points in turn; at night the run after it dies at each of its own, too. */
async function dieEverywhere(fate: Fate, leastPoints: number): Promise<void> {
  using site = createCrashSite();
  for (let point = 1;; point++) {
    const deaths = isNight && point % 2 === 0 ? Array.from({ length: leastPoints }, (_, index) => index + 1) : [0];
    const isDead = await Promise.all(deaths.map((again) => dieAt([point, again], fate, site)));
    if (!isDead[0]) return assert.ok(point > leastPoints, `only ${point - 1} points`);
  }
}

async function dieAt([first, second]: readonly [number, number], fate: Fate, site: CrashSite): Promise<boolean> {
  using home = createTestHome(fate.env);
  await fate.prepare?.(home);
  const live = async (crashAt: number) => {
    const run = await site.run(fate.args(home), home.path, crashAt, fate.env);
    assert.ok(run.isDead || fate.exits.includes(run.exit ?? -1), `death ${first}: exit ${run.exit}: ${run.output}`);
    await fate.look(home);
    return run;
  };
  const { isDead } = await live(first);
  if (second > 0) await live(second);
  const longAgo = Date.now() / 1000 - 4_000;
  for (const path of litterOf(home)) utimesSync(path, longAgo, longAgo);
  await live(0);
  assert.deepEqual(litterOf(home).filter((path) => !isForGood(path)), [], `death ${first}`);
  return isDead;
}

/** What has a name for the time of writing only. */
function litterOf({ path }: TestHome): readonly string[] {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.(tmp|new)$/.test(name)).map((name) => join(path, name));
}

/** The key is made once: nobody writes that file again, and comes by what the death at its making left. */
function isForGood(path: string): boolean {
  return /\/(device\.json|fingerprint\.key)\.[^/]*\.tmp$/.test(path);
}

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
  it("makes a whole key or none", slow, async () => {
    await dieEverywhere({
      env: { CLAW_URL: "ws://127.0.0.1:1" },
      args: () => ["event", "x"],
      exits: [69],
      async look(home) {
        if (namesOr(configOf(home)).length > 0) assert.equal((await keysOf(home)).length, 1);
      },
    }, 8);
  });

  it("loses neither key nor token when the key is replaced", slow, async () => {
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

  it("loses no key when the one before comes back", slow, async () => {
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

  it("writes a whole copy of the key or none", slow, async () => {
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

  it("has the last token or the new one, and the one before beside it", slow, async () => {
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

  it("remembers a whole lockout or none", slow, async () => {
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
      look(home) {
        for (const path of namesOr(join(stateOf(home), "lockouts"))) {
          assert.equal(JSON.parse(readFileSync(path, "utf8")).waitMs, 300_000);
        }
      },
    }, 6);
  });
});
