/**
 * What this run's settings come to where a job runs without a person: the same look, in another environment. Nothing is
 * asked for there that a job could not answer: standard input is empty.
 */
import type { ServiceSight } from "./doctor/service_environment.ts";
import { serviceManagers } from "./doctor/service_environment.ts";
import { type DoctorParts, lookAround } from "./doctor_probe.ts";
import { ClawError } from "./errors.ts";
import { directoriesOf } from "./places.ts";
import type { World } from "./platform/world.ts";
import { resolveSettings } from "./settings/resolve.ts";

export async function lookAtServices(parts: DoctorParts): Promise<readonly ServiceSight[]> {
  const { world } = parts;
  const sights: ServiceSight[] = [];
  for (const { name, env } of serviceManagers(world.os, world.env)) {
    sights.push({ name, around: await lookAround(partsIn(parts, { ...world, env })) });
  }
  return sights;
}

function partsIn(parts: DoctorParts, world: World): DoctorParts {
  const { values } = parts;
  const { env, os, userId, runShell } = world;
  return {
    ...parts,
    world,
    settings: () =>
      Promise.resolve().then(() =>
        resolveSettings({
          flags: values,
          env,
          os,
          ...(userId === undefined ? {} : { userId }),
          directories: directoriesOf(world, values),
          readStdin: () => Promise.resolve(""),
          runShell,
          runTool: () => Promise.reject(new ClawError("config/invalid", "a job may not reach the keychain")),
          signal: parts.signal(),
          isThorough: true,
        })
      ),
  };
}
