/**
 * Settings of a connection as flags: of every command, and of the one that writes them down for later.
 */
import type { Setting } from "../settings/schema.ts";
import type { FlagDeclaration } from "./command.ts";

/** What stands for a setting's value in help. */
const valueNames: Readonly<Record<string, string>> = {
  file: "path",
  directory: "dir",
  secret: "secret",
  command: "command",
  duration: "duration",
  fingerprint: "sha256",
  proxy: "url",
  name: "name",
  ssh: "target",
  entry: "entry",
};

/** The flag of a setting. */
export function connectionFlag({ name, type, help }: Setting): FlagDeclaration {
  return type === "switch"
    ? { type: "boolean", summary: help }
    : { type: "string", value: valueNames[type] ?? name, summary: help };
}
