/**
 * What this run's settings come to where a job runs without a person: the same look, in another environment. Nothing is
 * asked for there that a job could not answer: standard input is empty.
 */
import type { ServiceSight } from "../doctor/service_environment.ts";
import { serviceManagers } from "../doctor/service_environment.ts";
import { ClawError } from "../errors.ts";
import { directoriesOf } from "../places.ts";
import { unlessAborted } from "../platform/clock.ts";
import type { World } from "../platform/world.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { type DoctorParts, type Fingerprint, lookAround } from "./probe.ts";

/** Its own: the time of the run may be over, and a pipe in a file's place must not hang it. */
const lookMs = 5_000;

export async function lookAtServices(
  parts: DoctorParts,
  fingerprint: Fingerprint,
): Promise<readonly ServiceSight[]> {
  const { world } = parts;
  const sights: ServiceSight[] = [];
  for (const { name, env } of serviceManagers(world.os, world.env)) {
    parts.extendTime(lookMs);
    sights.push({ name, around: await lookAround(partsIn(parts, { ...world, env }), fingerprint) });
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
      unlessAborted(
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
        }),
        parts.signal(),
      ),
  };
}
