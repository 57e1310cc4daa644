/**
 * Every way to choose a context against every other place that names a gateway or holds a secret: no secret of one
 * gateway may be chosen for another. Without contexts: `secret_candidates_test.ts`.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import type { Settings } from "../../src/settings/resolve.ts";
import { type Scene, secretOf, settingsIn, withHome } from "../support/settings_home.ts";

const [home, bare, conf, remote, variable, hand] = ["home", "bare", "conf", "remote", "variable", "hand"].map((name) =>
  `wss://${name}.example`
);
const files = {
  ".config/claw/contexts/home.json5": `{ url: "${home}", token: "home-token" }`,
  ".config/claw/contexts/bare.json5": `{ url: "${bare}" }`,
  ".config/claw/contexts/near.json5": "{ port: 18790 }",
  ".config/claw/contexts/far.json5": '{ ssh: "me@far.example", token: "far-token" }',
};

/** Whose each secret is. `CLAW_TOKEN` is for the run, wherever it goes. */
const owners: Readonly<Record<string, string>> = {
  "home-token": `${home}:443`,
  "conf-token": `${conf}:443`,
  "remote-token": `${remote}:443`,
  "local-token": "ws://127.0.0.1:18789",
  "far-token": "ws://127.0.0.1:18789 by ssh me@far.example",
};

const allFlags: readonly NonNullable<Scene["flags"]>[] = [
  {},
  ...["home", "bare", "near", "far", "local"].map((context) => ({ context })),
  ...[hand, home].map((url = "") => ({ url })),
  { port: "18789" },
  { ssh: "me@far.example" },
];
const allEnv = [undefined, "home", "bare", "near", "far", "local"].flatMap((CLAW_CONTEXT) =>
  [undefined, hand].flatMap((CLAW_URL) =>
    [undefined, "run-token"].flatMap((CLAW_TOKEN) =>
      [undefined, variable].map((OPENCLAW_GATEWAY_URL) => ({
        CLAW_CONTEXT,
        CLAW_URL,
        CLAW_TOKEN,
        OPENCLAW_GATEWAY_URL,
        OPENCLAW_GATEWAY_TOKEN: "openclaw-token",
      }))
    )
  )
);
const own = { url: conf, token: "conf-token" };
const allClaw = [undefined, own, { context: "home" }, { ...own, context: "bare" }, { ...own, context: "far" }];
const auth = { token: "local-token" };
const allOpenclaw = [
  undefined,
  { gateway: { port: 18789, auth } },
  { gateway: { port: 18789, mode: "remote", auth, remote: { url: remote, token: "remote-token" } } },
];

/** Whether the environment's word on OpenClaw's gateway, or else openclaw.json's, names this one. */
function isOpenclaws(origin: string, { env, openclaw }: Scene): boolean {
  if (env?.["OPENCLAW_GATEWAY_URL"] !== undefined) return origin === `${variable}:443`;
  if (openclaw === undefined) return origin.startsWith("ws://127.0.0.1:") && !origin.includes("ssh");
  return origin === (openclaw === allOpenclaw[2] ? `${remote}:443` : "ws://127.0.0.1:18789");
}

async function judge(scene: Scene, settings: Settings): Promise<void> {
  const [, secret] = (await secretOf(settings))?.split(" ") ?? [];
  const { value: { origin } } = settings.endpoint;
  const { flags } = scene;
  const { value: context, origin: by } = settings.context ?? {};
  const isNamed = context !== undefined && context !== "local" && by?.kind !== "claw-config";
  const words = `${secret} to ${origin}: ${JSON.stringify(scene)}`;
  if (flags?.["context"] !== undefined) assert.equal(context, flags["context"], words);
  if (secret === undefined) return;
  if (flags?.["url"] !== undefined) assert.equal(secret, "run-token", words);
  if (secret === "run-token") return assert.equal(flags?.["context"], undefined, words);
  if (secret === "openclaw-token") return assert.ok(!isNamed && isOpenclaws(origin, scene), words);
  assert.equal(owners[secret], origin, words);
}

describe("resolveSettings() with contexts", () => {
  for (const claw of allClaw) {
    for (const openclaw of allOpenclaw) {
      it(`keeps each secret for its gateway: ${JSON.stringify(claw)}, ${JSON.stringify(openclaw)}`, async () => {
        await withHome(async (path) => {
          await settingsIn(path, { files, claw, openclaw });
          let judged = 0;
          for (const flags of allFlags) {
            for (const env of allEnv) {
              const found = await settingsIn(path, { flags, env }).catch((thrown: unknown) => thrown);
              if (found instanceof ClawError) assert.match(`${found.message}`, /exclude each other/);
              else await judge({ flags, env, claw, openclaw }, found as Settings);
              judged += found instanceof ClawError ? 0 : 1;
            }
          }
          assert.ok(judged > 350, String(judged));
        });
      });
    }
  }
});
