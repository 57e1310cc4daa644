import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grammar } from "../../src/app.ts";
import { parse } from "../../src/cli/parse.ts";
import { quickParse } from "../../src/cli/quick_parse.ts";

const { registry, globals } = grammar();

describe("registry", () => {
  it("names each command once", () => {
    const names = registry.map(({ words }) => words.join(" "));
    assert.equal(new Set(names).size, names.length);
  });

  it("knows what OpenClaw's own command line calls its commands, and keeps that out of help", async () => {
    const pairs = [["cron delete", "cron rm"], ["cron create", "cron add"], ["cron get", "cron show"]] as const;
    for (const [alias, name] of pairs) {
      const [other, own] = await Promise.all(
        [alias, name].map((words) =>
          quickParse(
            [...words.split(" "), ...(words.includes("add") || words.includes("create") ? [] : ["x"])],
            registry,
            globals,
          )
        ),
      );
      assert.ok(own !== undefined && other?.command === own.command, alias);
    }
    const page = await parse(["help", "cron"], registry, globals);
    assert.ok("help" in page);
    assert.doesNotMatch(page.help, /\b(delete|create|get|ls)\b/);
  });
});
