/**
 * Sudden death at every change of the files of contexts: the settings can be read, what they name is there, and no
 * secret that stands in one is lost.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readConfig } from "../src/settings/config_text.ts";
import { dieEverywhere, longRun } from "./support/fate.ts";
import type { TestHome } from "./support/world.ts";

const secret = "a-secret-without-a-copy";

function folderOf({ path }: TestHome): string {
  return join(path, ".config/claw");
}

/** Two contexts, of which `config.json5` names one, with a remark of a person. */
function twoContexts(home: TestHome): Promise<void> {
  mkdirSync(join(folderOf(home), "contexts"), { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFileSync(join(folderOf(home), name), text, { mode: 0o600 });
  write("config.json5", '// mine\n{\n  context: "one",\n}\n');
  write("contexts/one.json5", `{ url: "ws://127.0.0.1:1", token: "${secret}" }\n`);
  write("contexts/two.json5", '{ url: "ws://127.0.0.1:2" }\n');
  return Promise.resolve();
}

/** @param without whether no context may be named */
async function look(home: TestHome, without: "secret" | "nothing" = "nothing"): Promise<void> {
  const folder = join(folderOf(home), "contexts");
  const names = readdirSync(folder).filter((name) => !name.endsWith(".tmp"));
  for (const name of names) {
    assert.ok(await readConfig(join(folder, name)), name);
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  }
  if (without !== "secret") {
    assert.ok(names.some((name) => readFileSync(join(folder, name), "utf8").includes(secret)), "the secret is there");
  }
  const config = await readConfig(join(folderOf(home), "config.json5"));
  const chosen = (config?.value as { context?: string } | undefined)?.context;
  if (chosen !== undefined) assert.ok(names.includes(`${chosen}.json5`), `${chosen} is there`);
}

async function lookAtMine(home: TestHome): Promise<void> {
  await look(home);
  assert.match(readFileSync(join(folderOf(home), "config.json5"), "utf8"), /^\/\/ mine\n\{/);
}

describe("claw, killed at any moment", () => {
  it("adds a whole context or none", longRun, async () => {
    await dieEverywhere({
      args: () => ["context", "add", "home", "--url", "ws://127.0.0.1:1", "--use"],
      exits: [0, 65],
      mayLeave: /\/(home|config)\.json5\.[^/]*\.tmp$/,
      next: ["context", "use", "home"],
      look: async (home) => {
        if (readdirSync(home.path).includes(".config")) await look(home, "secret").catch(orNothingYet);
      },
    }, 12);
  });

  it("names a context that is there, and keeps what a person wrote", longRun, async () => {
    await dieEverywhere({
      prepare: twoContexts,
      args: () => ["context", "use", "two"],
      exits: [0],
      next: ["context", "use", "one"],
      look: lookAtMine,
    }, 6);
  });

  it("renames a context without losing it", longRun, async () => {
    await dieEverywhere({
      prepare: twoContexts,
      args: () => ["context", "rename", "one", "three"],
      exits: [0, 65],
      mayLeave: /\/three\.json5\.[^/]*\.tmp$/,
      next: ["context", "use", "three"],
      look: lookAtMine,
    }, 12);
  });

  it("takes a context away, and keeps its secret aside", longRun, async () => {
    await dieEverywhere({
      prepare: twoContexts,
      args: () => ["context", "rm", "one", "--yes"],
      exits: [0, 65],
      next: ["context", "use", "two"],
      look: lookAtMine,
    }, 6);
  });
});

/** Before the first folder is made. */
function orNothingYet(error: unknown): void {
  if ((error as { code?: string }).code !== "ENOENT") throw error;
}
