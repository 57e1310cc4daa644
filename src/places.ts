/**
 * Where a run's own files are, from its flags and environment: what keys, tokens and settings are looked for by. Apart
 * from `context.ts`, since a doctor asks the same for other environments.
 */
import type { FlagValues } from "./cli/quick_parse.ts";
import type { IdentityStore } from "./identity/key_file.ts";
import type { TokenStore } from "./identity/token_file.ts";
import { type Directories, findDirectories } from "./platform/directories.ts";
import type { World } from "./platform/world.ts";
import { flagLayer } from "./settings/layers.ts";

/** @throws ClawError `config/invalid` without a home directory */
export function directoriesOf({ os, env }: Pick<World, "os" | "env">, values: FlagValues): Directories {
  const { configDir, stateDir } = flagLayer(values);
  return findDirectories(os, env, { config: configDir?.text, state: stateDir?.text });
}

/** @throws ClawError `config/invalid` without a home directory */
export function storeOf(
  world: Pick<World, "clock" | "ids" | "os" | "env" | "userId">,
  values: FlagValues,
): IdentityStore & TokenStore {
  const { clock, ids, os, userId } = world;
  const { config, state } = directoriesOf(world, values);
  return { clock, ids, os, userId, directory: config, stateDirectory: state };
}
