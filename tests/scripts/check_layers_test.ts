import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check, graph } from "../../scripts/check_layers.ts";
import { bannedNames } from "../../scripts/house_rules.ts";
import { rooms } from "../../scripts/layers.ts";

/** What the check says about one file, given others that it may import. */
function complaints(path: string, source: string, others: Readonly<Record<string, string>> = {}): string[] {
  return check(new Map(Object.entries({ ...others, [path]: source }))).map(({ text }) => text);
}

/** Fails unless the first source breaks exactly one rule, in those words, and the second breaks none. */
function rule(path: string, broken: string, words: RegExp, clean: string, cleanPath = path): void {
  const found = complaints(path, broken);
  assert.equal(found.length, 1, `${path}: ${broken}\n${found.join("\n")}`);
  assert.match(found[0] ?? "", words);
  assert.deepEqual(complaints(cleanPath, clean), []);
}

describe("check() of layers: imports", () => {
  it("check() refuses an import that goes up", () => {
    rule(
      "src/protocol/a.ts",
      `import { dial } from "../client/dial.ts";`,
      /protocol \(floor 1\) may not import client \(floor 3\)/,
      `import { ClawError } from "../errors.ts";`,
    );
  });

  it("check() refuses an import that goes sideways", () => {
    rule(
      "src/client/a.ts",
      `import { step } from "../devgateway/session.ts";`,
      /may not import devgateway/,
      `import { dial } from "./dial.ts";`,
    );
  });

  it("check() reads export-from and import() like any import", () => {
    rule("src/platform/a.ts", `export * from "../protocol/mod.ts";`, /may not import protocol/, "export {};");
    rule("src/platform/a.ts", `export { x } from "../protocol/mod.ts";`, /may not import protocol/, "export {};");
    rule(
      "src/platform/a.ts",
      `export const load = () => import("../protocol/mod.ts");`,
      /may not import protocol/,
      `export const load = () => import("./shell.ts");`,
    );
    rule("src/platform/a.ts", `export type X = import("../protocol/mod.ts").X;`, /may not import protocol/, "");
  });

  it("check() is not misled by text that looks like an import", () => {
    assert.deepEqual(
      complaints("src/protocol/a.ts", `// import x from "../app.ts"\nexport const s = 'from "node:fs"';`),
      [],
    );
  });

  it("check() refuses an import whose module is computed", () => {
    rule(
      "src/cli/a.ts",
      "export const load = (name: string) => import(`./${name}.ts`);",
      /plain text/,
      `export const load = () => import("./parse.ts");`,
    );
  });

  it("check() lets a room that is open to types give no values", () => {
    rule(
      "src/cron/a.ts",
      `import { Connection } from "../client/connection.ts";`,
      /only types from client/,
      `import type { Connection } from "../client/connection.ts";`,
    );
    assert.deepEqual(complaints("src/cron/a.ts", `import { type Connection } from "../client/connection.ts";`), []);
    assert.equal(complaints("src/cron/a.ts", `import { type Need, Connection } from "../client/a.ts";`).length, 1);
  });

  it("check() refuses a package that the room has no reason for", () => {
    rule("src/protocol/a.ts", `import * as z from "zod";`, /may not import zod/, `import * as z from "zod/mini";`);
    rule("src/protocol/a.ts", `import { readFileSync } from "node:fs";`, /node:fs/, "", "src/protocol/a.ts");
    rule(
      "src/client/a.ts",
      `import { Ajv } from "ajv";`,
      /may not import ajv/,
      `import { readFileSync } from "node:fs";`,
      "src/platform/a.ts",
    );
  });

  it("check() keeps what the bundler would load at every start to types and import()", () => {
    const path = "src/transport/guarded_dial.ts";
    const late = /transport may only load node:tls late, by import\(\)/;
    rule(path, `import { connect } from "node:tls";`, late, `import type { TLSSocket } from "node:tls";`);
    rule(path, `import { connect, type TLSSocket } from "node:tls";`, late, `export const x = import("node:tls");`);
    rule(path, `import "node:tls";`, late, "");
  });

  it("check() opens the argument parser to one file", () => {
    const source = `import { Command } from "commander";`;
    rule("src/cli/help.ts", source, /may not import commander/, source, "src/cli/parse.ts");
  });

  it("check() opens the dev gateway to one command", () => {
    const source = `import { listen } from "../../devgateway/listen.ts";`;
    rule("src/commands/cron/add.ts", source, /may not import devgateway/, source, "src/commands/gateway/dev.ts");
  });

  it("check() opens commands to the registry, and to files of the same command", () => {
    const source = `import { event } from "./event.ts";`;
    rule("src/commands/status.ts", source, /by their registry alone/, source, "src/commands/registry.ts");
    assert.deepEqual(complaints("src/commands/cron/add.ts", `import { schedule } from "./schedule.ts";`), []);
    assert.equal(complaints("src/commands/cron/add.ts", `import { event } from "../event.ts";`).length, 1);
    assert.deepEqual(complaints("src/app.ts", `import { registry } from "./commands/registry.ts";`), []);
    assert.equal(complaints("src/app.ts", `import { event } from "./commands/event.ts";`).length, 1);
  });

  it("check() refuses modules that need each other to load", () => {
    const others = { "src/cli/b.ts": `import { a } from "./a.ts";` };
    assert.match(
      complaints("src/cli/a.ts", `import { b } from "./b.ts";`, others).join(),
      /circle: src\/cli\/b\.ts → src\/cli\/a\.ts → src\/cli\/b\.ts/,
    );
    assert.deepEqual(complaints("src/cli/a.ts", `import type { b } from "./b.ts";`, others), []);
    assert.deepEqual(complaints("src/cli/a.ts", `export const b = () => import("./b.ts");`, others), []);
  });
});

describe("check() of layers: names", () => {
  it("check() refuses names that say nothing", () => {
    for (const name of bannedNames) {
      assert.match(complaints(`src/cli/${name}.ts`, "").join(), /says nothing/, name);
    }
    assert.deepEqual(complaints("src/cli/outcome.ts", ""), []);
  });

  it("check() refuses a second door", () => {
    rule("src/client/mod.ts", "", /the only door is src\/protocol\/mod\.ts/, "", "src/protocol/mod.ts");
  });

  it("check() refuses file names that are not snake_case", () => {
    rule("src/cli/exitCodes.ts", "", /snake_case/, "", "src/cli/exit_codes.ts");
  });

  it("check() refuses a file outside every room", () => {
    rule("src/plugins/a.ts", "", /no room/, "", "src/outbox/a.ts");
  });
});

describe("check() of layers: globals", () => {
  const cases: readonly [broken: string, words: RegExp, cleanPath: string][] = [
    [`Date.now();`, /Date\.now .* Clock/, "src/platform/clock.ts"],
    [`new Date();`, /new Date\(\) .* Clock/, "src/platform/clock.ts"],
    [`performance.now();`, /Clock/, "src/platform/clock.ts"],
    [`setTimeout(() => {}, 1);`, /setTimeout .* Clock/, "src/platform/clock.ts"],
    [`AbortSignal.timeout(1);`, /Clock/, "src/platform/clock.ts"],
    [`Math.random();`, /Ids/, "src/platform/real_world.ts"],
    [`JSON.parse("1");`, /parseJson/, "src/protocol/codec.ts"],
    [`JSON["parse"]("1");`, /parseJson/, "src/cli/parse.ts"],
    [`Deno.args;`, /one runtime alone/, "src/devgateway/listen.ts"],
    [`Bun.version;`, /one runtime alone/, "src/transport/web_socket.ts"],
    [`process.argv;`, /one runtime alone/, "src/platform/real_world.ts"],
    [`new WebSocket("ws://localhost");`, /adapted in one file/, "src/transport/web_socket.ts"],
    [`crypto.subtle;`, /identity/, "src/identity/keypair.ts"],
  ];

  for (const [broken, words, cleanPath] of cases) {
    it(`check() keeps ${broken} in its room`, () => {
      const found = complaints("src/client/a.ts", broken);
      assert.match(found.join("\n"), words);
      assert.deepEqual(complaints(cleanPath, broken), []);
    });
  }

  it("check() refuses console and fetch everywhere", () => {
    for (const path of ["src/platform/real_world.ts", "src/app.ts", "main.ts"]) {
      assert.match(complaints(path, `console.log(1);`).join(), /world's streams/, path);
      assert.equal(complaints(path, `await fetch("http://localhost");`).length, 1, path);
    }
  });

  it("check() lets only main.ts end the process", () => {
    const words = /only main\.ts ends the process/;
    assert.match(complaints("src/platform/real_world.ts", `process.exit(1);`).join(), words);
    assert.match(complaints("src/platform/real_world.ts", `Deno.exit(1);`).join(), words);
    assert.match(complaints("src/platform/real_world.ts", `import { exit } from "node:process";`).join(), words);
    assert.deepEqual(complaints("main.ts", `process.exit(1);`), []);
  });

  it("check() tells a global from a member, a key, a type and a name of the module's own", () => {
    const innocent = [
      "export const f = (socket: { setTimeout(): void }) => socket.setTimeout();",
      "export const table = { process: 1, console: 2 };",
      "export const g = (fetch: () => void) => fetch();",
      "export type Maker = (url: string) => WebSocket;",
      "export const at = (epochMs: number) => new Date(epochMs);",
    ];
    for (const source of innocent) assert.deepEqual(complaints("src/client/a.ts", source), [], source);
    assert.equal(complaints("src/client/a.ts", "export const table = { fetch };").length, 1);
    assert.equal(complaints("src/client/a.ts", "export const later = setTimeout as () => void;").length, 1);
  });
});

describe("check() of layers: forms", () => {
  it("check() refuses to look past a certificate outside the probe", () => {
    const source = `export const options = { rejectUnauthorized: false };`;
    rule("src/transport/web_socket.ts", source, /untrusted certificate/, source, "src/transport/probe.ts");
    rule(
      "src/transport/web_socket.ts",
      `export const options = (strict: boolean) => ({ rejectUnauthorized: strict });`,
      /untrusted certificate/,
      `export const options = { rejectUnauthorized: true };`,
    );
  });

  it("check() refuses every way to stop checking the other end", () => {
    const words = /only src\/transport\/probe\.ts may look past/;
    for (
      const source of [
        `export const dial = { tls: { ["rejectUnauthorized"]: 0 } };`,
        `export const f = (o: { rejectUnauthorized: boolean }) => (o.rejectUnauthorized = false);`,
        `export const f = (rejectUnauthorized: boolean) => ({ rejectUnauthorized });`,
        `export const options = { get rejectUnauthorized() { return false; } };`,
        `export const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };`,
        `export const f = (env: Map<string, string>) => env.set("NODE_TLS_REJECT_UNAUTHORIZED", "0");`,
        `export const options = { unsafelyIgnoreCertificateErrors: [] };`,
        `export const args = ["--unsafely-ignore-certificate-errors"];`,
        `export const args = (how: string) => [\`-oStrictHostKeyChecking=\${how}\`];`,
        `export const args = ["-o", "UserKnownHostsFile=/dev/null"];`,
      ]
    ) {
      rule("src/transport/ssh_dial.ts", source, words, source, "src/transport/probe.ts");
    }
  });

  it("check() lets only the pin stand in for the check of a name", () => {
    const words = /only src\/transport\/guarded_dial\.ts puts something in the place/;
    const taken = `const { checkServerIdentity } = await import("node:tls");\nexport const f = checkServerIdentity;`;
    for (
      const source of [
        `export const options = { checkServerIdentity: () => undefined };`,
        `export const options = { checkServerIdentity() {} };`,
        `export const f = (o: { checkServerIdentity: unknown }) => (o.checkServerIdentity = null);`,
      ]
    ) {
      rule("src/transport/probe.ts", source, words, source, "src/transport/guarded_dial.ts");
    }
    assert.deepEqual(complaints("src/transport/probe.ts", taken), []);
  });

  it("check() refuses double casts", () => {
    const cast = `export const n = "1" as unknown as number;`;
    rule("src/client/a.ts", cast, /double cast/, `export const n = "1" as string;`);
  });

  it("check() refuses TypeScript's access words", () => {
    rule("src/client/a.ts", `export class A { private x = 1; }`, /#private/, `export class A { #x = 1; y = this.#x; }`);
  });
});

describe("the table of rooms", () => {
  it("rooms only ever reach down", () => {
    const floors = new Map(rooms.map(({ name, floor }) => [name, floor]));
    for (const room of rooms) {
      const reached = [
        ...room.imports,
        ...room.types ?? [],
        ...room.exceptions?.flatMap(({ imports }) => imports) ?? [],
      ];
      for (const name of reached) {
        assert.ok((floors.get(name) ?? Infinity) < room.floor, `${room.name} reaches ${name}`);
      }
    }
  });

  it("graph() counts real imports between rooms", () => {
    const printed = graph(
      new Map([["src/client/a.ts", `import "../errors.ts"; import "./b.ts";`], ["src/errors.ts", ""]]),
    );
    assert.equal(printed, "3  client (1)  →  errors 1\n0  errors (1)  →  nothing\n");
  });
});
