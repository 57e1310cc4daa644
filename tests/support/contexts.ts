/**
 * Contexts for tests: their files in a home, written as a person would.
 */
import * as fs from "node:fs";
import type { TestHome } from "./world.ts";

/** Writes files below claw's config directory of a home, private. */
export function writeConfig({ path }: TestHome, files: Readonly<Record<string, string>>): void {
  fs.mkdirSync(`${path}/.config/claw/contexts`, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(`${path}/.config/claw/${name}`, text, { mode: 0o600 });
  }
}

/** The text of such a file; undefined when there is none. */
export function readConfig({ path }: TestHome, name: string): string | undefined {
  const file = `${path}/.config/claw/${name}`;
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}
