/**
 * The table of every place that can name a gateway against every place that can hold a secret: which secret goes where.
 * The rows of `allowed` are the specification; single secrets and all pairs of them are generated from it.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import type { Settings } from "../../src/settings/resolve.ts";
import { type Scene, settingsIn } from "../support/settings_home.ts";

/** A part of a machine's configuration; parts are merged, deeply. */
type Part = { readonly [key: string]: string | number | Part };

interface UrlPlace {
  readonly part: Part;
  readonly origin: string;
}

const urlPlaces = {
  "--url": { part: { flags: { url: "ws://127.0.0.1:31001" } }, origin: "ws://127.0.0.1:31001" },
  "--port": { part: { flags: { port: "31002" } }, origin: "ws://127.0.0.1:31002" },
  "CLAW_URL": { part: { env: { CLAW_URL: "ws://127.0.0.1:31003" } }, origin: "ws://127.0.0.1:31003" },
  "CLAW_PORT": { part: { env: { CLAW_PORT: "31004" } }, origin: "ws://127.0.0.1:31004" },
  "OPENCLAW_GATEWAY_URL": {
    part: { env: { OPENCLAW_GATEWAY_URL: "wss://env.example" } },
    origin: "wss://env.example:443",
  },
  "OPENCLAW_GATEWAY_PORT": { part: { env: { OPENCLAW_GATEWAY_PORT: "31006" } }, origin: "ws://127.0.0.1:31006" },
  "claw url": { part: { claw: { url: "wss://claw.example" } }, origin: "wss://claw.example:443" },
  "claw port": { part: { claw: { port: 31008 } }, origin: "ws://127.0.0.1:31008" },
  "openclaw remote": { part: { openclaw: { gateway: { mode: "remote" } } }, origin: "wss://remote.example:443" },
  "openclaw local": { part: { openclaw: { gateway: { port: 31010 } } }, origin: "ws://127.0.0.1:31010" },
  "default": { part: {}, origin: "ws://127.0.0.1:18789" },
} as const satisfies Record<string, UrlPlace>;
type UrlName = keyof typeof urlPlaces;

/** Explicit ones are for this very run; the other groups belong to the gateway that their own place means. */
type Group = "explicit" | "openclaw env" | "claw file" | "gateway.auth" | "gateway.remote";

interface SecretPlace {
  readonly group: Group;
  readonly part: Part;
  /** The text that it yields. */
  readonly secret: string;
}

const remoteUrl = { openclaw: { gateway: { remote: { url: "wss://remote.example" } } } };

/** Best first. */
const secretPlaces: Readonly<Record<string, SecretPlace>> = {
  "--token": { group: "explicit", part: { flags: { token: "f1" } }, secret: "f1" },
  "--token-file": { group: "explicit", part: { flags: { tokenFile: "~/f2" }, files: { f2: "f2" } }, secret: "f2" },
  "--token-cmd": { group: "explicit", part: { flags: { tokenCmd: "f3" } }, secret: "f3" },
  "--token-keychain": { group: "explicit", part: { flags: { tokenKeychain: "f7" } }, secret: "f7" },
  "--token -": { group: "explicit", part: { flags: { token: "-" } }, secret: "stdin" },
  "--password": { group: "explicit", part: { flags: { password: "f4" } }, secret: "f4" },
  "--password-file": {
    group: "explicit",
    part: { flags: { passwordFile: "~/f5" }, files: { f5: "f5" } },
    secret: "f5",
  },
  "--password-cmd": { group: "explicit", part: { flags: { passwordCmd: "f6" } }, secret: "f6" },
  "--password -": { group: "explicit", part: { flags: { password: "-" } }, secret: "stdin" },
  "CLAW_TOKEN": { group: "explicit", part: { env: { CLAW_TOKEN: "e1" } }, secret: "e1" },
  "CLAW_TOKEN_FILE": {
    group: "explicit",
    part: { env: { CLAW_TOKEN_FILE: "~/e2" }, files: { e2: "e2" } },
    secret: "e2",
  },
  "CLAW_TOKEN_CMD": { group: "explicit", part: { env: { CLAW_TOKEN_CMD: "e3" } }, secret: "e3" },
  "CLAW_TOKEN_KEYCHAIN": { group: "explicit", part: { env: { CLAW_TOKEN_KEYCHAIN: "e7" } }, secret: "e7" },
  "CLAW_PASSWORD": { group: "explicit", part: { env: { CLAW_PASSWORD: "e4" } }, secret: "e4" },
  "CLAW_PASSWORD_FILE": {
    group: "explicit",
    part: { env: { CLAW_PASSWORD_FILE: "~/e5" }, files: { e5: "e5" } },
    secret: "e5",
  },
  "CLAW_PASSWORD_CMD": { group: "explicit", part: { env: { CLAW_PASSWORD_CMD: "e6" } }, secret: "e6" },
  "OPENCLAW_GATEWAY_TOKEN": { group: "openclaw env", part: { env: { OPENCLAW_GATEWAY_TOKEN: "o1" } }, secret: "o1" },
  "CLAWDBOT_GATEWAY_TOKEN": { group: "openclaw env", part: { env: { CLAWDBOT_GATEWAY_TOKEN: "o2" } }, secret: "o2" },
  "OPENCLAW_GATEWAY_PASSWORD": {
    group: "openclaw env",
    part: { env: { OPENCLAW_GATEWAY_PASSWORD: "o3" } },
    secret: "o3",
  },
  "CLAWDBOT_GATEWAY_PASSWORD": {
    group: "openclaw env",
    part: { env: { CLAWDBOT_GATEWAY_PASSWORD: "o4" } },
    secret: "o4",
  },
  "claw token": { group: "claw file", part: { claw: { token: "c1" } }, secret: "c1" },
  "claw tokenFile": { group: "claw file", part: { claw: { tokenFile: "~/c2" }, files: { c2: "c2" } }, secret: "c2" },
  "claw tokenCmd": { group: "claw file", part: { claw: { tokenCmd: "c3" } }, secret: "c3" },
  "claw tokenKeychain": { group: "claw file", part: { claw: { tokenKeychain: "c7" } }, secret: "c7" },
  "claw password": { group: "claw file", part: { claw: { password: "c4" } }, secret: "c4" },
  "claw passwordFile": {
    group: "claw file",
    part: { claw: { passwordFile: "~/c5" }, files: { c5: "c5" } },
    secret: "c5",
  },
  "claw passwordCmd": { group: "claw file", part: { claw: { passwordCmd: "c6" } }, secret: "c6" },
  // Without gateway.auth.mode the gateway wants the password when it has one (PROTOCOL §5.1).
  "gateway.auth.password": {
    group: "gateway.auth",
    part: { openclaw: { gateway: { auth: { password: "a1" } } } },
    secret: "a1",
  },
  "gateway.auth.token": {
    group: "gateway.auth",
    part: { openclaw: { gateway: { auth: { token: "a2" } } } },
    secret: "a2",
  },
  "gateway.remote.token": {
    group: "gateway.remote",
    part: { openclaw: { gateway: { remote: { token: "r1" } } } },
    secret: "r1",
  },
  "gateway.remote.password": {
    group: "gateway.remote",
    part: { openclaw: { gateway: { remote: { password: "r2" } } } },
    secret: "r2",
  },
};

/** Which groups may go where, when every place names another gateway. */
const allowed: Readonly<Record<UrlName, readonly Group[]>> = {
  // By hand, it may be anyone's.
  "--url": ["explicit"],
  "CLAW_URL": ["explicit"],
  // Nothing in this table says which port OpenClaw's variables are for, and it is this machine.
  "--port": ["explicit", "openclaw env"],
  "CLAW_PORT": ["explicit", "openclaw env"],
  "claw port": ["explicit", "openclaw env", "claw file"],
  // As OpenClaw itself: the environment's URL gets the environment's secrets.
  "OPENCLAW_GATEWAY_URL": ["explicit", "openclaw env"],
  // The port of this machine's gateway, as the gateway reads it: gateway.auth.* is that gateway's own.
  "OPENCLAW_GATEWAY_PORT": ["explicit", "openclaw env", "claw file", "gateway.auth"],
  "claw url": ["explicit", "claw file"],
  "openclaw remote": ["explicit", "openclaw env", "claw file", "gateway.remote"],
  "openclaw local": ["explicit", "openclaw env", "claw file", "gateway.auth"],
  "default": ["explicit", "openclaw env", "claw file", "gateway.auth"],
};

/** Which groups may go where, when all configuration means one gateway, ws://127.0.0.1:31000. */
const allowedTogether: Readonly<Partial<Record<UrlName, readonly Group[]>>> = {
  // The same URL by hand still gets only what was given by hand.
  "--url": ["explicit"],
  "CLAW_URL": ["explicit"],
  "OPENCLAW_GATEWAY_URL": ["explicit", "openclaw env"],
  "--port": ["explicit", "openclaw env", "claw file", "gateway.auth", "gateway.remote"],
  "CLAW_PORT": ["explicit", "openclaw env", "claw file", "gateway.auth", "gateway.remote"],
  "OPENCLAW_GATEWAY_PORT": ["explicit", "openclaw env", "claw file", "gateway.auth", "gateway.remote"],
  "claw url": ["explicit", "openclaw env", "claw file", "gateway.auth", "gateway.remote"],
  "claw port": ["explicit", "openclaw env", "claw file", "gateway.auth", "gateway.remote"],
};

const one = { url: "ws://127.0.0.1:31000", port: "31000" };
const together: Readonly<Partial<Record<UrlName, Part>>> = {
  "--url": { flags: { url: one.url } },
  "--port": { flags: { port: one.port } },
  "CLAW_URL": { env: { CLAW_URL: one.url } },
  "CLAW_PORT": { env: { CLAW_PORT: one.port } },
  "OPENCLAW_GATEWAY_URL": { env: { OPENCLAW_GATEWAY_URL: one.url } },
  "OPENCLAW_GATEWAY_PORT": { env: { OPENCLAW_GATEWAY_PORT: one.port } },
  "claw url": { claw: { url: one.url } },
  "claw port": { claw: { port: 31000 } },
};
const togetherBase = { openclaw: { gateway: { port: 31000, remote: { url: one.url } } } };

test("gatherCandidates() lets each single secret go exactly where the table says", async () => {
  for (const [urlName, place] of Object.entries(urlPlaces)) {
    for (const secret of Object.values(secretPlaces)) {
      const settings = await resolve(place.part, remoteUrl, secret.part);
      assert.equal(settings.endpoint.value.origin, place.origin, urlName);
      const isAllowed = allowed[urlName as UrlName].includes(secret.group);
      assert.equal(await textOf(settings), isAllowed ? secret.secret : undefined, describe(urlName, secret));
      assert.equal(settings.secret?.isExplicit ?? false, secret.group === "explicit", describe(urlName, secret));
    }
  }
});

test("gatherCandidates() lets each single secret go where the table says when all places mean one gateway", async () => {
  for (const [urlName, part] of Object.entries(together)) {
    for (const secret of Object.values(secretPlaces)) {
      const settings = await resolve(part, togetherBase, secret.part);
      assert.equal(settings.endpoint.value.origin, one.url, urlName);
      const isAllowed = allowedTogether[urlName as UrlName]?.includes(secret.group);
      assert.equal(await textOf(settings), isAllowed ? secret.secret : undefined, describe(urlName, secret));
    }
  }
});

test("gatherCandidates() takes the better of any two secrets that may go there", async () => {
  for (const [urlName, { part }] of Object.entries(urlPlaces)) {
    // Explicit ones go everywhere alike, so elsewhere two of them stand for all.
    const isSpared = (name: string) =>
      secretPlaces[name]?.group === "explicit" && !/^(--token|CLAW_PASSWORD)$/.test(name);
    const names = Object.keys(secretPlaces).filter((name) => urlName === "default" || !isSpared(name));
    for (const [rank, better] of names.entries()) {
      for (const worse of names.slice(rank + 1)) await checkPair(urlName as UrlName, part, better, worse);
    }
  }
});

test("gatherCandidates() keeps OpenClaw's variables for the gateway that OpenClaw's other settings name", async () => {
  const token: Part = { env: { OPENCLAW_GATEWAY_TOKEN: "t" } };
  const remote: Part = { openclaw: { gateway: { mode: "remote", remote: { url: "wss://remote.example" } } } };
  const stated: Part = { openclaw: { gateway: { port: 31010 } } };
  const inEnv = (url: string): Part => ({ env: { OPENCLAW_GATEWAY_URL: url } });
  const cases: readonly [name: string, parts: readonly Part[], isSent: boolean][] = [
    ["a port other than the stated one", [stated, { flags: { port: "31002" } }], false],
    ["the stated port", [stated, { flags: { port: "31010" } }], true],
    ["a port while a remote gateway is in use", [remote, { flags: { port: "31002" } }], false],
    ["a port while the environment names a URL", [inEnv("wss://env.example"), { flags: { port: "31002" } }], false],
    ["a port while the environment names an unusable URL", [inEnv("no URL"), { flags: { port: "31002" } }], false],
    [
      "the environment's URL, named again by a port",
      [inEnv("ws://127.0.0.1:31002"), { flags: { port: "31002" } }],
      true,
    ],
    ["a URL of claw's own on this machine", [{ claw: { url: "ws://localhost:31002" } }], true],
    ["another port of the remote gateway's host", [remote, { claw: { url: "wss://remote.example:444" } }], false],
    ["the remote gateway's URL in claw's own file", [remote, { claw: { url: "wss://remote.example:443/x" } }], true],
  ];
  for (const [name, parts, isSent] of cases) {
    assert.equal(await textOf(await resolve(token, ...parts)), isSent ? "t" : undefined, name);
  }
});

test("gatherCandidates() keeps a secret of claw's file that names no gateway for the one that OpenClaw means", async () => {
  const token: Part = { claw: { token: "t" } };
  const remote: Part = { openclaw: { gateway: { mode: "remote", remote: { url: "wss://remote.example" } } } };
  assert.equal(await textOf(await resolve(token, remote)), "t");
  assert.equal(await textOf(await resolve(token, remote, { flags: { port: "18789" } })), undefined);
  assert.equal(await textOf(await resolve(token, { flags: { port: "18789" } })), "t");
});

test("gatherCandidates() falls back from the remote gateway's secret to this machine's only where both are one", async () => {
  const tunnel = (port: number): Part => ({
    openclaw: { gateway: { port, mode: "remote", auth: { token: "local" }, remote: { url: "ws://127.0.0.1:31000" } } },
  });
  assert.equal(await textOf(await resolve(tunnel(31000))), "local");
  assert.equal(await textOf(await resolve(tunnel(31001))), undefined);
  const both: Part = { openclaw: { gateway: { remote: { token: "remote" } } } };
  assert.equal(await textOf(await resolve(tunnel(31000), both)), "remote");
});

async function checkPair(urlName: UrlName, part: Part, better: string, worse: string): Promise<void> {
  const [first, second] = [secretPlaces[better], secretPlaces[worse]];
  assert.ok(first && second);
  const name = `${urlName}: ${better} and ${worse}`;
  if (better.startsWith("--") && worse.startsWith("--")) {
    // `--token x --token -` is one flag, which the command line's parser settles.
    if (better.split(" ", 1)[0] === worse.split(" ", 1)[0]) return;
    await assert.rejects(resolve(part, remoteUrl, first.part, second.part), { code: "usage/bad-flag" }, name);
    return;
  }
  const winner = [first, second].find(({ group }) => allowed[urlName].includes(group));
  assert.equal(await textOf(await resolve(part, remoteUrl, first.part, second.part)), winner?.secret, name);
}

/** One home serves all rows, since making and removing thousands takes seconds; its two files are always rewritten. */
const home = fs.mkdtempSync(path.join(os.tmpdir(), "claw-home-"));
after(() => fs.rmSync(home, { recursive: true }));

async function resolve(...parts: readonly Part[]): Promise<Settings> {
  const scene = parts.reduce(merge, { claw: {}, openclaw: {} }) as Scene;
  return await settingsIn(home, {
    ...scene,
    stdin: "stdin\n",
    runShell: (line) => Promise.resolve({ exitCode: 0, stdout: `${line}\n`, stderr: "" }),
    runTool: ({ argv }) => Promise.resolve({ exitCode: 0, stdout: `${argv.at(-1)}\n`, stderr: "" }),
  });
}

function merge(left: Part, right: Part): Part {
  const merged: Record<string, string | number | Part> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const old = merged[key];
    merged[key] = typeof old === "object" && typeof value === "object" ? merge(old, value) : value;
  }
  return merged;
}

async function textOf(settings: Settings): Promise<string | undefined> {
  return (await settings.secret?.read())?.reveal();
}

function describe(urlName: string, secret: SecretPlace): string {
  return `${urlName} with ${JSON.stringify(secret.part)}`;
}
