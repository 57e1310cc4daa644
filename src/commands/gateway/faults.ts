/**
 * The faults of `claw gateway dev`: which are to be played, from the command line and from scripts, and the table
 * of all that there are.
 */
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import { type FaultPlan, type FaultStep, planFaults, readFaultScript } from "../../devgateway/fault_plan.ts";
import { parseFault, valueText } from "../../devgateway/fault_text.ts";
import { type ChosenFault, faultNames, faultOf } from "../../devgateway/faults.ts";
import { ClawError } from "../../errors.ts";
import { readConfig } from "../../settings/config_text.ts";

/** What stands for the table. */
export const listWord = "list";

/**
 * The plan that `--fault` asks for, or undefined without one. A name that ends with `.json5` or `.json` is a script.
 * @throws ClawError `usage/bad-flag`, `input/invalid`, `config/invalid`
 */
export async function planFrom(texts: readonly string[]): Promise<FaultPlan | undefined> {
  if (texts.length === 0) return undefined;
  const always: ChosenFault[] = [];
  let steps: readonly FaultStep[] | undefined;
  for (const text of texts) {
    if (!/\.json5?$/.test(text)) always.push(parseFault(text));
    else if (steps === undefined) steps = await readScript(text);
    else throw new ClawError("usage/bad-flag", "--fault takes one script, not several");
  }
  return planFaults(always, steps);
}

async function readScript(path: string): Promise<readonly FaultStep[]> {
  const script = await readConfig(path);
  if (script !== undefined) return readFaultScript(script.value, path);
  throw new ClawError("input/invalid", `there is no file ${path}`, { hint: "check that path, then run it again" });
}

/** Every fault, what it takes, and where it comes from. */
export function showFaults(): Outcome {
  const rows = faultNames.map((name) => ({ name, ...faultOf(name) }));
  const view: View = {
    kind: "table",
    columns: [
      { label: "FAULT" },
      { label: "VALUE", shrinks: true },
      { label: "AT" },
      { label: "WHAT IT DOES", shrinks: true },
      { label: "REPORTS", isExtra: true },
    ],
    rows: rows.map((row) => [row.name, valueText(row), row.phase, row.does, reportsText(row.reports)]),
  };
  return done(rows, view);
}

/** A bare number is OpenClaw's own. */
function reportsText(reports: readonly string[]): string {
  return reports.map((report) => /^\d+$/.test(report) ? `#${report}` : report).join(" ") || "none";
}
