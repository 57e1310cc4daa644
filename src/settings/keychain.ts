/**
 * Secrets in the system's own keychain, by the system's own tool: `security` on macOS, `secret-tool` (libsecret) on
 * Linux, the PasswordVault of Windows by PowerShell. All entries belong to the service `claw`; an entry's name goes
 * into command lines, and a secret never does. What a keychain was asked for is decided in `secret_forms.ts`.
 */
import { ClawError } from "../errors.ts";
import { notStarted } from "../platform/shell.ts";
import type { CommandResult, Os } from "../platform/world.ts";
import { invalid, type Origin } from "./origin.ts";
import { checkSecret } from "./secret_source.ts";
import type { Secret } from "./secret.ts";

/** A program without a shell: its arguments, and what it reads. */
export interface ToolCall {
  readonly argv: readonly string[];
  readonly stdin: string;
}

/** Runs such a program to its end. @throws the reason of a signal that is aborted first */
export type RunTool = (call: ToolCall) => Promise<CommandResult>;

const service = "claw";
const longestName = 64;

/** What an entry may be called: it is a word of command lines, and must not look like a flag. */
export function isEntryName(text: string): boolean {
  return /^[A-Za-z0-9][\w.@-]*$/.test(text) && text.length <= longestName;
}

/** By its path where the system has it at one: whatever else is called so must not get a secret. */
const tools: Readonly<Record<Os, string>> = {
  darwin: "/usr/bin/security",
  linux: "secret-tool",
  // PowerShell 7 knows no PasswordVault.
  windows: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
};

/** Prints an entry's secret. */
export function lookupCall(os: Os, name: string): ToolCall {
  const args = {
    darwin: ["find-generic-password", "-s", service, "-a", name, "-w"],
    linux: ["lookup", "service", service, "account", name],
    windows: powershell(
      `$c = $v.Retrieve('${service}', '${name}'); $c.RetrievePassword(); [Console]::Out.Write($c.Password)`,
    ),
  }[os];
  return { argv: [tools[os], ...args], stdin: "" };
}

/** Makes an entry, or gives it another secret. */
export function storeCall(os: Os, name: string, secret: string): ToolCall {
  const label = `claw ${name}`;
  // `security -i` reads its own command lines: in hex, nothing in a secret can end one.
  const hex = [...new TextEncoder().encode(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    darwin: {
      argv: [tools.darwin, "-i"],
      stdin: `add-generic-password -U -s ${service} -a ${name} -l "${label}" -X ${hex}\n`,
    },
    linux: {
      argv: [tools.linux, "store", `--label=${label}`, "service", service, "account", name],
      stdin: secret,
    },
    windows: {
      argv: [
        tools.windows,
        ...powershell(
          "$s = [Console]::In.ReadToEnd(); " +
            `$v.Add((New-Object Windows.Security.Credentials.PasswordCredential '${service}', '${name}', $s))`,
        ),
      ],
      stdin: secret,
    },
  }[os];
}

/** How a person makes an entry, and takes it away, by hand. */
export const byHand: Readonly<Record<Os, { make(name: string): string; remove(name: string): string }>> = {
  darwin: {
    make: (name) => `security add-generic-password -s ${service} -a ${name} -w`,
    remove: (name) => `security delete-generic-password -s ${service} -a ${name}`,
  },
  linux: {
    make: (name) => `secret-tool store --label='claw ${name}' service ${service} account ${name}`,
    remove: (name) => `secret-tool clear service ${service} account ${name}`,
  },
  windows: {
    make: () => "`claw context add NAME --token - --store keychain`",
    remove: () => `Credential Manager, Web Credentials, ${service}`,
  },
};

const elementNotFound = "0x80070490";
const missingOnWindows = 44;

function powershell(script: string): readonly string[] {
  const vault =
    "[void][Windows.Security.Credentials.PasswordVault,Windows.Security.Credentials,ContentType=WindowsRuntime]";
  return [
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    `$ErrorActionPreference = 'Stop'; ${vault}; $v = New-Object Windows.Security.Credentials.PasswordVault; try { ${script} } ` +
    "catch { [Console]::Error.WriteLine($_.Exception.Message); if ($_.Exception.HResult -eq " +
    `${elementNotFound} -or $_.Exception.InnerException.HResult -eq ${elementNotFound}) { exit ${missingOnWindows} }; exit 1 }`,
  ];
}

/**
 * Reads an entry's secret.
 * @param origin where the entry is named
 * @throws ClawError `usage/bad-flag` or `config/invalid`: a name that is none; no such tool or entry; a keychain that is
 * locked; or the signal's reason
 */
export async function readKeychain(os: Os, name: string, origin: Origin, run: RunTool): Promise<Secret> {
  requireEntryName(name, origin);
  const result = await run(lookupCall(os, name));
  if (result.exitCode === 0) return checkSecret(result.stdout, origin);
  throw failureOf(os, name, result, origin);
}

/**
 * Puts a secret into an entry, and reads it again: not every tool tells when it failed.
 * @throws ClawError `input/invalid` for a secret that not all keychains give back as it was; `config/invalid`
 */
export async function writeKeychain(os: Os, name: string, secret: Secret, run: RunTool): Promise<void> {
  const origin: Origin = { kind: "claw-config", name: "--store keychain" };
  requireEntryName(name, origin);
  // macOS's tool prints others as hex, Windows's console in its own code page.
  if (!/^[ -~]+$/.test(secret.reveal())) {
    throw new ClawError("input/invalid", "a keychain takes secrets of ASCII characters only", {
      hint: "keep it in a private file: --store file",
    });
  }
  const stored = await run(storeCall(os, name, secret.reveal()));
  if (stored.exitCode !== 0) throw failureOf(os, name, stored, origin);
  const kept = await readKeychain(os, name, origin, run);
  if (!kept.equals(secret)) {
    throw new ClawError("config/invalid", `the keychain gave back something else than was stored as ${name}`, {
      hint: "keep the secret in a private file: --store file",
    });
  }
}

function requireEntryName(name: string, origin: Origin): void {
  if (isEntryName(name)) return;
  throw invalid(
    origin,
    "this cannot name an entry of the keychain",
    "use letters, digits, dots, dashes and underscores",
  );
}

function failureOf(os: Os, name: string, { exitCode, stderr }: CommandResult, origin: Origin): ClawError {
  const said = stderr.trim().split(/[\r\n]/, 1)[0]?.slice(0, 200) ?? "";
  if (exitCode === notStarted) return toolMissing(os, origin);
  // secret-tool says nothing at all of an entry that is not there.
  if (exitCode === missingCodes[os] && (os !== "linux" || said === "")) {
    const hint = `make it with: ${byHand[os].make(name)}`;
    return invalid(origin, `the keychain has no entry ${name} of ${service}`, hint);
  }
  const what = said === "" ? ` (exit code ${exitCode})` : `: ${said}`;
  // errSecInteractionNotAllowed and errSecAuthFailed, as exit codes; libsecret has words alone.
  const isLocked = os === "darwin" ? [36, 51].includes(exitCode) : /lock|prompt|dismiss|D-Bus/i.test(said);
  if (isLocked) {
    const hint = "unlock it in this login, or keep the secret in a private file: see --token-file";
    return invalid(origin, `the keychain is locked or cannot be reached${what}`, hint);
  }
  const hint = `look at it by hand: ${lookupCall(os, name).argv.join(" ")}`;
  return invalid(origin, `the keychain gave no secret${what}`, os === "windows" ? byHand.windows.remove(name) : hint);
}

/** errSecItemNotFound as an exit code on macOS, and our own number on Windows. */
const missingCodes: Readonly<Record<Os, number>> = { darwin: 44, linux: 1, windows: missingOnWindows };

function toolMissing(os: Os, origin: Origin): ClawError {
  const install = os === "linux" ? "install it (Debian: apt install libsecret-tools), or " : "";
  return invalid(
    origin,
    `the keychain's tool ${tools[os]} is not there`,
    `${install}keep the secret in a private file`,
  );
}
