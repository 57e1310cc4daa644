/**
 * The environments in which jobs run without a person, and what differs there. A shell's variables are not in them, and
 * some have no home: so the same command finds another key, another gateway, or no secret. Pure.
 */
import type { Os } from "../platform/world.ts";
import type { Surroundings } from "./evidence.ts";
import { type Finding, finding } from "./finding.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Something that starts jobs, and the environment that it gives them. */
export interface ServiceManager {
  readonly name: string;
  readonly env: Env;
}

/** How a run's surroundings look there. */
export interface ServiceSight {
  readonly name: string;
  readonly around: Surroundings;
}

type Recipe = readonly [name: string, kept: readonly string[], set?: Env];

const user = ["HOME", "USER", "LOGNAME", "SHELL"];
const unixPath = "/usr/bin:/bin";
const windowsUser = ["USERPROFILE", "LOCALAPPDATA", "APPDATA", "USERNAME", "SystemRoot", "PATH"];
const systemProfile = String.raw`C:\Windows\system32\config\systemprofile`;

/** By crontab(5), systemd.exec(5), launchd.plist(5), and what the Task Scheduler gives its tasks. */
const recipes: Readonly<Record<Os, readonly Recipe[]>> = {
  linux: [
    ["cron", ["HOME", "LOGNAME"], { SHELL: "/bin/sh", PATH: unixPath }],
    ["systemd --user", [...user, "LANG", "XDG_RUNTIME_DIR"], { PATH: "/usr/local/bin:/usr/bin:/bin" }],
    ["systemd without User=", ["LANG"], { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin" }],
  ],
  darwin: [
    ["cron", ["HOME", "LOGNAME", "USER"], { SHELL: "/bin/sh", PATH: unixPath }],
    ["launchd agent", [...user, "TMPDIR"], { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }],
    ["launchd daemon", [], { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }],
  ],
  windows: [
    ["Task Scheduler", windowsUser],
    ["Task Scheduler as SYSTEM", ["SystemRoot", "PATH"], {
      USERNAME: "SYSTEM",
      USERPROFILE: systemProfile,
      LOCALAPPDATA: String.raw`${systemProfile}\AppData\Local`,
      APPDATA: String.raw`${systemProfile}\AppData\Roaming`,
    }],
  ],
};

/** The environments of this system's service managers, for the user whose shell this is. */
export function serviceManagers(os: Os, env: Env): readonly ServiceManager[] {
  return recipes[os].map(([name, kept, set = {}]) => {
    const own = Object.fromEntries(kept.flatMap((key) => env[key] === undefined ? [] : [[key, env[key]]]));
    return { name, env: { ...own, ...set } };
  });
}

/** What is other there than here; only what makes a job behave otherwise. */
export function judgeService(here: Surroundings, { name, around: there }: ServiceSight): readonly Finding[] {
  const tell = (cause: string, command: string) => [finding("CFG-8", { severity: "warning", cause, command })];
  const byDirectory = `claw doctor --as-service --config-dir ${here.keyDirectory ?? "/absolute/path"}`;
  if (there.settingsFailure !== undefined && here.settingsFailure === undefined) {
    return tell(`${name}: ${there.settingsFailure.message}`, byDirectory);
  }
  if (there.keyFile !== here.keyFile) {
    return tell(
      `${name}: the key would be ${
        there.keyFile ?? "nowhere"
      }, not ${here.keyFile}: another device, which must be paired`,
      byDirectory,
    );
  }
  if (there.target?.url !== here.target?.url) {
    const why = `${name}: the gateway would be ${there.target?.url} (${there.target?.from}), not ${here.target?.url}`;
    return tell(`${why} (${here.target?.from})`, `claw doctor --as-service --url ${here.target?.url ?? "URL"}`);
  }
  // A job that has the device's own token needs no other secret.
  if (here.secret !== undefined && there.secret === undefined && there.grant === undefined) {
    return tell(
      `${name}: there is no ${here.secret.kind}, since ${here.secret.from} is only here, and no token of this device`,
      "claw device pair",
    );
  }
  return [];
}
