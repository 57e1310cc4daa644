import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { binaryName, checkVersions, packagesIn, productPackages, withDependencies } from "../../scripts/build.ts";
import { checkIntegrity, hostTarget, type Target, targets } from "../../scripts/runtimes.ts";
import { version } from "../../src/version.ts";

interface DenoJson {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
}

interface DenoLock {
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

const denoJson = JSON.parse(readFileSync("deno.json", "utf8")) as DenoJson;
const denoLock = JSON.parse(readFileSync("deno.lock", "utf8")) as DenoLock;

describe("checkVersions()", () => {
  it("checkVersions() passes deno.json and src/version.ts as they are", () => {
    checkVersions(denoJson.version, version);
  });

  it("checkVersions() refuses to build when they differ", () => {
    assert.throws(
      () => checkVersions("0.2.0", "0.1.0"),
      /deno\.json says version 0\.2\.0, src\/version\.ts says 0\.1\.0/,
    );
  });
});

describe("targets", () => {
  it("targets have a runtime whose checksum deno.lock knows", () => {
    const bunVersion = denoJson.imports["bun"]?.split("@").at(-1);
    for (const name of Object.values(targets)) {
      assert.match(denoLock.npm[`${name}@${bunVersion}`]?.integrity ?? "", /^sha512-/, name);
    }
  });

  it("targets hold this machine's own", () => {
    assert.ok(hostTarget() in targets);
  });

  it("binaryName() says the system, the processor and the C library", () => {
    assert.deepEqual((Object.keys(targets) as Target[]).map(binaryName), [
      "claw-linux-x64",
      "claw-linux-arm64",
      "claw-linux-x64-musl",
      "claw-linux-arm64-musl",
      "claw-darwin-x64",
      "claw-darwin-arm64",
      "claw-windows-x64.exe",
      "claw-windows-arm64.exe",
    ]);
  });
});

describe("checkIntegrity()", () => {
  const bytes = new TextEncoder().encode("abc");
  // The digest of "abc" in FIPS 180-2, appendix C.1.
  const sha512 = Buffer.from(
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "hex",
  ).toString("base64");

  it("checkIntegrity() passes the bytes that the lock names", () => {
    checkIntegrity("a@1", bytes, `sha512-${sha512}`);
  });

  it("checkIntegrity() refuses other bytes, and a package that the lock does not name", () => {
    assert.throws(
      () => checkIntegrity("a@1", bytes.subarray(1), `sha512-${sha512}`),
      /a@1 is not what deno\.lock says/,
    );
    assert.throws(() => checkIntegrity("a@1", bytes, undefined), /a@1 does not stand in deno\.lock/);
  });
});

describe("packagesIn()", () => {
  it("packagesIn() names each package of a bundle once", () => {
    const inputs = {
      "main.ts": {},
      "node_modules/.deno/zod@4.6.7/node_modules/zod/v4/mini/index.js": {},
      "node_modules/.deno/zod@4.6.7/node_modules/zod/v4/core/core.js": {},
      "../claw/node_modules/.deno/a@1/node_modules/@bomb.sh/tab/dist/index.js": {},
    };
    assert.deepEqual(packagesIn(JSON.stringify({ inputs })), ["@bomb.sh/tab", "zod"]);
  });

  it("productPackages() are pinned, and hold none of those that only tests need", () => {
    const product = productPackages();
    assert.ok(product.includes("zod"));
    for (const name of product) assert.match(denoJson.imports[name] ?? "", /@\d+\.\d+\.\d+$/, name);
    for (const name of ["ajv", "fast-check", "@babel/parser", "@openclaw/gateway-client", "openclaw-node"]) {
      assert.ok(!product.includes(name), name);
    }
  });

  it("withDependencies() follows the lock file, and no further", () => {
    const lock = {
      npm: { "a@1.0.0": { dependencies: ["@s/b@2.0.0", "c"] }, "@s/b@2.0.0": {}, "c@3.0.0": {}, "d@1.0.0": {} },
    };
    assert.deepEqual(withDependencies(["a"], lock), ["@s/b", "a", "c"]);
  });

  it("imports are pinned exactly, so that one commit builds one binary", () => {
    for (const [name, specifier] of Object.entries(denoJson.imports)) {
      assert.match(specifier, /^npm:(@[^/]+\/)?[^@]+@\d+\.\d+\.\d+$/, name);
    }
  });
});
