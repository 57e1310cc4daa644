/**
 * What a look at the way to a gateway found: a row of the table of causes, as data. One sentence, one command, and where
 * to run it. Who finds what: `judge_*.ts`.
 */

/** `error`: claw does not work like this. `warning`: it will not always. `info`: what explains a surprise. */
export type Severity = "error" | "warning" | "info";

export interface Finding {
  /** The row: `CFG-6`, `NET-REFUSED`, `AUTH_TOKEN_MISMATCH`. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly cause: string;
  /** One line for the shell. */
  readonly command: string;
  readonly where: "here" | "gateway host";
}

/** What a rule says of it: most are errors, and mended here. */
export interface Told extends Partial<Pick<Finding, "severity" | "where">> {
  readonly cause: string;
  readonly command: string;
}

export function finding(id: string, { severity = "error", where = "here", cause, command }: Told): Finding {
  return { id, severity, cause, command, where };
}

const order: readonly Severity[] = ["error", "warning", "info"];

/** Errors first; those of one severity in the order in which they were found. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return order.flatMap((severity) => findings.filter((found) => found.severity === severity));
}

/** Whether claw works, as far as was seen. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== "error");
}
