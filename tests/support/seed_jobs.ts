/**
 * Many cron jobs at once for a real gateway: copies of one that the gateway made itself, written into its own store
 * while it is stopped. 2026.9.6 would take them at thirty a minute otherwise.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openOperator } from "./operator.ts";
import type { RealGateway } from "./real_gateway.ts";

/** Adds jobs named `seed 0`, `seed 1` …, each every hour, and starts the gateway again. */
export async function seedJobs(gateway: RealGateway, count: number): Promise<void> {
  const template = await addTemplate(gateway);
  await gateway.stop();
  const folder = dirname(gateway.configPath);
  const seeds = Array.from({ length: count - 1 }, (_, at) => ({ id: randomUUID(), name: `seed ${at + 1}` }));
  if (gateway.protocol === 3) copyInFile(join(folder, "cron/jobs.json"), template, seeds);
  else copyInDatabase(join(folder, "state/openclaw.sqlite"), template, seeds);
  await gateway.start();
}

interface Seed {
  readonly id: string;
  readonly name: string;
}

async function addTemplate(gateway: RealGateway): Promise<string> {
  using operator = await openOperator(gateway);
  const job = await operator.call("cron.add", {
    name: "seed 0",
    schedule: { kind: "every", everyMs: 3_600_000 },
    sessionTarget: "main",
    wakeMode: "next-heartbeat",
    payload: { kind: "systemEvent", text: "seed" },
  });
  return job.id;
}

function copyInFile(path: string, template: string, seeds: readonly Seed[]): void {
  const store: { jobs: Seed[] } = JSON.parse(readFileSync(path, "utf8"));
  const original = store.jobs.find(({ id }) => id === template);
  writeFileSync(
    path,
    JSON.stringify({ ...store, jobs: [...store.jobs, ...seeds.map((seed) => ({ ...original, ...seed }))] }),
  );
}

function copyInDatabase(path: string, template: string, seeds: readonly Seed[]): void {
  using database = new DatabaseSync(path);
  const row = database.prepare("SELECT * FROM cron_jobs WHERE job_id = ?").get(template);
  if (row === undefined) throw new Error("the gateway did not store the job");
  const names = Object.keys(row);
  const insert = database.prepare(
    `INSERT INTO cron_jobs (${names.join(", ")}) VALUES (${names.map((name) => `:${name}`).join(", ")})`,
  );
  for (const { id, name } of seeds) {
    const job_json = JSON.stringify({ ...JSON.parse(String(row["job_json"])), id, name });
    insert.run({ ...row, job_id: id, name, job_json });
  }
}
