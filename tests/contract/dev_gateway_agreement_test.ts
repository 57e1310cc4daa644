/**
 * The dev gateway against real ones: the same random scripts, to both, and they must agree in frame kinds, error codes,
 * `details.code`, granted scopes and close codes. Looking recordings up would not be enough for that. A running gateway
 * may be given by CLAW_TEST_GATEWAY_A (2026.3.13) or CLAW_TEST_GATEWAY_B (2026.9.6) with CLAW_TEST_GATEWAY_TOKEN.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { probe, type Script } from "../support/probing_client.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { startRealGateway, type Version } from "../support/real_gateway.ts";
import { scripts } from "../support/scripts_arbitrary.ts";

const seed = Number(process.env["CLAW_TEST_SEED"] ?? 20261121);
const count = Number(process.env["CLAW_TEST_SCRIPTS"] ?? 250);

interface Disagreement {
  readonly script: Script;
  readonly real: readonly string[];
  readonly dev: readonly string[];
}

describe("dev gateway", () => {
  for (
    const [version, variable] of [["2026.3.13", "CLAW_TEST_GATEWAY_A"], ["2026.9.6", "CLAW_TEST_GATEWAY_B"]] as const
  ) {
    test(`agrees with ${version} on ${count} random scripts, seed ${seed}`, async () => {
      await using real = await reachRealGateway(version, process.env[variable]);
      const protocol = version === "2026.3.13" ? 3 : 4;
      await using dev = await openSocketGateway({ protocol, auth: { mode: "token", secret: real.secret } });
      const disagreements: Disagreement[] = [];
      for (const script of fc.sample(scripts, { seed, numRuns: count })) {
        const said = {
          real: await probe(real.url, real.secret, script),
          dev: await probe(dev.url, dev.secret, script),
        };
        if (said.real.join("\n") !== said.dev.join("\n")) disagreements.push({ script, ...said });
      }
      assert.equal(disagreements.length, 0, disagreements.slice(0, 5).map(inWords).join("\n"));
    });
  }
});

interface Reachable extends AsyncDisposable {
  readonly url: string;
  readonly secret: string;
}

async function reachRealGateway(version: Version, url: string | undefined): Promise<Reachable> {
  if (url === undefined) return await startRealGateway(version);
  const secret = process.env["CLAW_TEST_GATEWAY_TOKEN"] ?? "";
  return { url, secret, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** The first answer that differs, and what led to it. */
function inWords({ script, real, dev }: Disagreement): string {
  const index = real.findIndex((words, at) => words !== dev[at]);
  const said = index <= 0
    ? script.opening ?? { connect: script.connect, proof: script.proof }
    : script.calls[index - 1];
  const told = `${real[index] ?? "nothing"} / ${dev[index] ?? "nothing"}`;
  const issued = script.presentsIssuedToken === undefined ? "" : ` presenting its ${script.presentsIssuedToken}`;
  return `real / dev: ${told}\n  after ${JSON.stringify(said)}${issued}\n  connected as ${real[0]}`;
}
