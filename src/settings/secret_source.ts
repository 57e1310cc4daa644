/**
 * The ways in which a secret reaches claw: as text, in a file, on standard input, from a command. Each yields a checked
 * `Secret`, or an error that names the place and never repeats what was there.
 */
import { ClawError } from "../errors.ts";
import { factsOf, readPatiently } from "../platform/files.ts";
import type { CommandResult, Os } from "../platform/world.ts";
import { unreadable } from "./config_text.ts";
import type { Origin } from "./origin.ts";
import { Secret } from "./secret.ts";

/** The first frame must hold it, and no gateway takes one of more than 64 KiB. */
const longestSecret = 16_384;

/**
 * Checks a secret as it was found: one trailing newline is cut, since editors and `echo` add it.
 * @throws ClawError `config/invalid` when it is empty, too long, or has a line break or NUL inside
 */
export function checkSecret(text: string, origin: Origin): Secret {
  const trimmed = cutNewline(text);
  if (trimmed.trim() === "") throw new ClawError("config/invalid", `${origin.name}: there is no secret in it`);
  if (["\n", "\r", "\0"].some((character) => trimmed.includes(character))) {
    throw new ClawError("config/invalid", `${origin.name}: the secret has a line break or a NUL inside`);
  }
  // What a command prints is cut far behind this: a part of a secret must not pass for it.
  if (trimmed.length > longestSecret) {
    throw new ClawError("config/invalid", `${origin.name}: ${trimmed.length} characters are too many for a secret`);
  }
  return new Secret(trimmed);
}

/** The text without the one newline that may end it. */
export function cutNewline(text: string): string {
  return text.slice(0, text.length - (text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0));
}

/**
 * Reads a secret from a file.
 * @param userId whose process this is, when that is known
 * @returns the secret, and what a careful person would be told: the file may well be someone else's (container secrets
 * are links, or readable by all), so this only warns
 * @throws ClawError `config/invalid` when there is no such file, or no secret in it
 */
export async function readSecretFile(
  os: Os,
  path: string,
  origin: Origin,
  userId: number | undefined,
): Promise<{ secret: Secret; warnings: string[] }> {
  let text: string | undefined;
  try {
    text = await readPatiently(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (text === undefined) {
    const hint = "check that path";
    throw new ClawError("config/invalid", `${origin.name}: there is no file ${path}`, { hint });
  }
  const secret = checkSecret(text, origin);
  return { secret, warnings: os === "windows" ? [] : exposure(path, userId) };
}

function exposure(path: string, userId: number | undefined): string[] {
  // A descriptor, as the shell's `<(…)` makes it, is nobody else's.
  if (path.startsWith("/dev/")) return [];
  const facts = factsOf(path);
  if (facts === undefined) return [];
  if (facts.isLink) return [`${path} is a symbolic link: whoever can change it chooses the secret`];
  const isForeign = userId !== undefined && facts.ownerId !== userId && facts.ownerId !== 0;
  if (isForeign) return [`${path} belongs to another user, who may change it`];
  return (facts.mode & 0o077) === 0 ? [] : [`others may read ${path}: chmod 600 ${path}`];
}

/** Reads a secret from standard input. @throws ClawError `config/invalid` when it is empty */
export async function readSecretInput(readStdin: () => Promise<string>, origin: Origin): Promise<Secret> {
  return checkSecret(await readStdin(), origin);
}

/**
 * Takes a secret from a command's output.
 * @throws ClawError `config/invalid` with the exit code and the first line of stderr when the command fails; the
 * signal's reason when that is aborted
 */
export async function runSecretCommand(
  run: () => Promise<CommandResult>,
  origin: Origin,
): Promise<Secret> {
  const result = await run();
  if (result.exitCode === 0) return checkSecret(result.stdout, origin);
  const said = result.stderr.trim().split(/[\r\n]/, 1)[0]?.slice(0, 200) ?? "";
  const reason = said === "" ? "" : `: ${said}`;
  throw new ClawError(
    "config/invalid",
    `${origin.name}: the command failed with exit code ${result.exitCode}${reason}`,
    {
      hint: "run that command by hand, in the same environment",
      details: { exitCode: result.exitCode },
    },
  );
}
