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

function settingRow({ code, message }: Failure): { readonly id: string; readonly command: string } {
  if (code === "config/insecure-url") {
    const isPlain = message.includes("is unencrypted");
    return { id: "CFG-6", command: isPlain ? "claw status --url wss://HOST" : giveSecret };
  }
  if (isReference(message)) return { id: "CFG-2", command: "claw status --token-cmd 'COMMAND THAT PRINTS IT'" };
  if (/\b(HOME|USERPROFILE) is (not set|not an absolute path)/.test(message)) {
    return { id: "CFG-8", command: "claw doctor --config-dir /absolute/path" };
  }
  return { id: "CFG-INVALID", command: "claw help environment" };
}

/** OpenClaw's configuration only says where the secret is: `secret_choice.ts` says it like this. */
function isReference(message: string): boolean {
  return message.includes("is a SecretRef");
}

const secretNotHad: Rule = (_around, way) => {
  const { failed } = way ?? {};
  if (failed?.step !== "connect" || !failed.isForeknown || failed.error.code !== "config/invalid") return undefined;
  const { id, command } = settingRow(failed.error);
  return finding(id === "CFG-INVALID" ? "CFG-SECRET" : id, { cause: failed.error.message, command });
};

const files: Rule = ({ checks }) => checks.filter(({ isOk }) => !isOk).flatMap(fileFinding);

function fileFinding({ name, found, mend = "" }: FileCheck): readonly Finding[] {
  // Before the first connection that is as it should be.
  if (found.startsWith("there is no ")) return [];
  if (mend.startsWith("chmod ")) return [finding("CFG-3", { cause: found, command: "claw doctor --fix" })];
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
