/**
 * The help pages that belong to no command. Pages of commands come from their declarations, by `parse.ts`.
 */
import { exitCodes } from "./exit_codes.ts";

/** A table of names with what each means. */
type Rows = readonly (readonly [name: string, meaning: string])[];

const monitors = "claw check alone ends as monitoring plugins do: 0 ok, 1 warning, 2 critical, 3 unknown";

/** `claw help exit-codes`, `claw help environment`; undefined for any other word. */
export function helpTopic(topic: string, environment: Rows): string | undefined {
  if (topic === "exit-codes") {
    return `${page("Exit codes of claw:", exitCodes.map(([exit, meaning]) => [String(exit), meaning]))}\n${monitors}\n`;
  }
  if (topic === "environment") {
    return page("Environment variables, strongest first; a flag beats them all:", environment);
  }
  return undefined;
}

function page(title: string, rows: Rows): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${title}\n\n${rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}\n`).join("")}`;
}
