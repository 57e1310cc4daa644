/**
 * What a verb that listens takes from flags and variables that otherwise describe a gateway to connect to.
 */
import type { FlagValues } from "./cli/quick_parse.ts";
import { ClawError } from "./errors.ts";
import type { Env } from "./settings/layers.ts";
import { settings } from "./settings/schema.ts";

/** The port asked for, if any, and the token given for this run, if any. */
export interface ListenSettings {
  readonly port: number | undefined;
  readonly token: string | undefined;
}

/** @throws ClawError `usage/bad-flag` for a flag that only a client has, and for what is no port */
export function listenSettingsOf(values: FlagValues, env: Env): ListenSettings {
  const { port, token } = values;
  const other = settings.find(({ key }) => !["port", "token"].includes(key) && values[key] !== undefined);
  if (other !== undefined || token === "-") {
    const flag = other === undefined ? "--token -" : `--${other.name}`;
    throw new ClawError("usage/bad-flag", `${flag} is for a client: it does not apply here`, {
      hint: "give a listening gateway its token with CLAW_TOKEN",
    });
  }
  const given = typeof token === "string" ? token : env["CLAW_TOKEN"];
  return { port: typeof port === "string" ? portOf(port) : undefined, token: given === "" ? undefined : given };
}

/** Unlike a port to connect to, it may be 0: any that is free. */
function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ClawError("usage/bad-flag", "--port: this is not a port number", {
    hint: "write a number from 0 to 65535",
  });
}
