/**
 * What is wrong before any socket: rows CFG-1 to CFG-10. Pure.
 */
import type { Failure, FileCheck, SecretSight, Surroundings, Way } from "./evidence.ts";
import { type Finding, finding } from "./finding.ts";

type Rule = (around: Surroundings, way: Way | undefined) => Finding | readonly Finding[] | undefined;

const showSettings = "claw status";
const giveSecret = "claw device pair --token-file FILE";

/** A gateway that nobody named: only worth a word when it is not there. */
const nothingConfigured: Rule = ({ target }, way) => {
  if (target?.isDefault !== true || way?.failed?.error.details["cause"] !== "refused") return undefined;
  return finding("CFG-1", {
    severity: "info",
    cause: `nothing names a gateway, so claw tries ${target.url}, where one stands by default`,
    command: "claw context add home --url ws://HOST:PORT --token-file FILE",
  });
};

const brokenSettings: Rule = ({ settingsFailure }) => {
  if (settingsFailure === undefined) return undefined;
  const { id, command } = settingRow(settingsFailure);
  return finding(id, { cause: settingsFailure.message, command });
};

interface SettingRow {
  readonly id: string;
  readonly command: string;
}

/** What is wrong, as `details.reason` names it, where there is a row for it. */
const byReason: Readonly<Record<string, (details: Failure["details"]) => SettingRow>> = {
  "not-at-hand": () => ({ id: "CFG-2", command: "claw status --token-cmd 'COMMAND THAT PRINTS IT'" }),
  "unencrypted": ({ host, port, isPrivate }) => {
    const place = port === 80 ? host : `${host}:${port}`;
    const command = isPrivate === true ? "claw doctor --allow-insecure-private" : `claw doctor --url wss://${place}`;
    return { id: "CFG-6", command };
  },
  "credential-in-url": ({ origin }) => ({ id: "CFG-6", command: `claw doctor --url ${origin} --token-file FILE` }),
  "readable-by-proxy": () => ({ id: "CFG-6", command: "claw doctor --proxy none" }),
  "no-home": () => ({ id: "CFG-8", command: "claw doctor --config-dir /absolute/path" }),
};

function settingRow({ code, details }: Failure): SettingRow {
  const reason = String(details["reason"]);
  const row = Object.hasOwn(byReason, reason) ? byReason[reason] : undefined;
  if (row !== undefined) return row(details);
  // A command, a pipe or standard input that says nothing.
  if (code === "net/timeout") return { id: "CFG-LATE", command: "claw doctor --timeout 60s" };
  return { id: code === "config/insecure-url" ? "CFG-6" : "CFG-INVALID", command: "claw help environment" };
}

/** Whether a secret could not be had, before anything was sent. */
export function isSettings({ code }: Failure): boolean {
  return code === "config/invalid" || code === "net/timeout";
}

const secretNotHad: Rule = (_around, way) => {
  const { failed } = way ?? {};
  if (failed?.step !== "connect" || !failed.isForeknown || !isSettings(failed.error)) return undefined;
  const { id, command } = settingRow(failed.error);
  return finding(id === "CFG-INVALID" ? "CFG-SECRET" : id, { cause: failed.error.message, command });
};

const files: Rule = ({ checks, isMended }) =>
  checks.filter(({ isOk }) => !isOk).flatMap((check) => fileFinding(check, isMended));

function fileFinding({ name, found, kind, command }: FileCheck, isMended: boolean): readonly Finding[] {
  // Before the first connection that is as it should be.
  if (kind === "missing") return [];
  // What --fix left alone is left to a person.
  if (kind === "open" && !isMended) return [finding("CFG-3", { cause: found, command: "claw doctor --fix" })];
  if (command !== undefined) return [finding("CFG-3", { cause: found, command })];
  if (name === "token") return [finding("CFG-TOKEN", { cause: found, command: giveSecret })];
  return [finding("CFG-4", { cause: found, command: "claw device reset" })];
}

/** The token files' modes and the like: said by the settings, mended where they stand. */
const exposedSecrets: Rule = ({ warnings }) =>
  warnings.filter((warning) => /: chmod 600 |is a symbolic link|belongs to another user/.test(warning)).map(
    (warning) => {
      const command = /: (chmod 600 .*)$/.exec(warning)?.[1];
      return finding("CFG-3", {
        severity: "warning",
        cause: command === undefined ? warning : warning.replace(/: chmod 600 .*$/, ""),
        command: command ?? showSettings,
      });
    },
  );

const otherWarnings: Rule = ({ warnings }) =>
  warnings.filter((warning) => !/: chmod 600 |is a symbolic link|belongs to another user/.test(warning)).map((cause) =>
    finding("CFG-WARNING", { severity: "warning", cause, command: showSettings })
  );

const openclawsKey: Rule = ({ isOpenclaws, keyFile }) =>
  isOpenclaws
    ? finding("CFG-5", {
      severity: "warning",
      cause: `claw's key stands in OpenClaw's own directory (${keyFile}): two programs with one key are asked to be ` +
        "approved again and again",
      command: "claw device reset --config-dir ~/.config/claw",
    })
    : undefined;

const proxy: Rule = ({ target }) => {
  if (target?.proxy?.isUsed !== true) return undefined;
  const { shown, from } = target.proxy;
  return finding("CFG-7", {
    severity: "info",
    cause: `the connection goes through the proxy ${shown}, which ${from} names`,
    command: "claw doctor --proxy none",
  });
};

const container: Rule = ({ isInContainer, target }, way) => {
  const isRefused = way?.failed?.error.details["cause"] === "refused";
  if (!isInContainer || target?.isLoopback !== true || !isRefused) return undefined;
  return finding("CFG-9", {
    severity: "warning",
    cause: `claw runs in a container, whose own loopback ${target.host} is: a gateway beside it is not there`,
    command: `claw status --url ws://SERVICE:${target.port} --allow-insecure-private`,
  });
};

const rivals: Rule = ({ secret, rivals }, way) => {
  const isUsed = way === undefined || way.login.kind !== "device-token";
  if (secret === undefined || !isUsed) return [];
  return rivals.filter(({ kind }) => kind === secret.kind).map((rival) =>
    finding("CFG-10", {
      severity: "warning",
      cause: `two ${secret.kind}s disagree: ${sightOf(secret)} is used, ${sightOf(rival)} is not`,
      command: rival.isFromEnvironment
        ? `unset ${rival.from}`
        : secret.isFromEnvironment
        ? `unset ${secret.from}`
        : showSettings,
    })
  );
};

function sightOf({ fingerprint, from }: SecretSight): string {
  return fingerprint === undefined ? `that of ${from}` : `${fingerprint} of ${from}`;
}

const rules: readonly Rule[] = [
  brokenSettings,
  secretNotHad,
  files,
  exposedSecrets,
  openclawsKey,
  rivals,
  container,
  proxy,
  nothingConfigured,
  otherWarnings,
];

export function judgeSettings(around: Surroundings, way: Way | undefined): readonly Finding[] {
  return rules.flatMap((rule) => rule(around, way) ?? []);
}
