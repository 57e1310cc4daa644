/**
 * A stage for the verbs that take a file of jobs: a dev gateway on a socket, and a home from which claw is run.
 */
import { writeFileSync } from "node:fs";
import { type GatewayChoices, openSocketGateway } from "./dev_gateway.ts";
import { createTestHome, type TestHome, type WorldChoices } from "./world.ts";

/** A dev gateway on a socket, and a home with files of jobs. */
export async function openFileStage(choices: GatewayChoices = {}) {
  const { gateway, url, port, secret, ...listening } = await openSocketGateway({ heartbeat: "none", ...choices });
  const home: TestHome = createTestHome({ CLAW_URL: url, CLAW_TOKEN: secret });
  return {
    gateway,
    port,
    home,
    /** Writes a file and runs a verb on it. */
    run(verb: string, text: string, args: readonly string[] = [], choices: WorldChoices = {}) {
      const path = `${home.path}/jobs.yaml`;
      writeFileSync(path, text);
      return home.claw(["cron", verb, "-f", path, ...args], choices);
    },
    claw: (...args: string[]) => home.claw(["cron", ...args]),
    names: () =>
      gateway.memory.cron.records.jobs.filter(({ payload }) => payload.kind !== "heartbeat").map(({ name }) => name)
        .sort(),
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

/** A job as it stands in a file that is a list: an event with this text, every morning. */
export const jobInFile = (name: string, text = "x", more = "") =>
  `- name: ${name}\n  schedule: {kind: cron, expr: 0 9 * * *, tz: UTC}\n` +
  `  payload: {kind: systemEvent, text: ${text}}\n${more}`;
