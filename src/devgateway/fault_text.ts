/**
 * A fault as it is written on a command line or in a script: read, and written back. Next: `fault_plan.ts`.
 */
import { ClawError } from "../errors.ts";
import { type ChosenFault, type Fault, type FaultName, faultOf, faults, type FaultValue } from "./faults.ts";

/**
 * Reads `NAME` or `NAME=VALUE`, for what happens to requests also `NAME=VALUE@METHOD`.
 * @throws ClawError `usage/bad-flag` for an unknown name, or a value that it does not take
 */
export function parseFault(text: string): ChosenFault {
  const [, front = "", method] = /^(.*?)(?:@(.*))?$/s.exec(text) ?? [];
  const [name = "", value] = front.split(/=(.*)/s, 2);
  if (!Object.hasOwn(faults, name)) {
    throw new ClawError("usage/bad-flag", `there is no fault ${JSON.stringify(name)}`, { hint: listHint });
  }
  const known = name as FaultName;
  const { value: form, phase } = faultOf(known);
  if (method !== undefined && (phase !== "request" || !/^[a-z][\w.-]*$/i.test(method))) {
    throw badValue(`the fault ${name} takes no @METHOD, or not ${JSON.stringify(method)}`);
  }
  if (form === undefined && value !== undefined) throw badValue(`the fault ${name} takes no value`);
  const chosen = { name: known, value: form === undefined ? undefined : valueIn(known, form, value) };
  return method === undefined ? chosen : { ...chosen, method };
}

/** A fault as it is written: with its value, the preset one too. */
export function faultText({ name, value, method }: ChosenFault): string {
  return `${name}${value === undefined ? "" : `=${value}`}${method === undefined ? "" : `@${method}`}`;
}

/** What its value is, for people: `CODE (1000)`. */
export function valueText({ value }: Fault): string {
  if (value === undefined) return "";
  return value.kind === "choice" ? value.choices.join("|") : `${value.kind.toUpperCase()} (${value.preset})`;
}

const listHint = "list them with `claw gateway dev --fault list`";
const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function valueIn(name: FaultName, form: FaultValue, text: string | undefined): number | string {
  if (text === undefined) return form.preset;
  if (form.kind === "choice") {
    if (form.choices.includes(text)) return text;
    throw badValue(`the fault ${name} takes ${form.choices.join(", ")}, not ${JSON.stringify(text)}`);
  }
  const [, digits, unit = "ms"] = /^(-?\d{1,11})(ms|s|m|h)?$/.exec(text) ?? [];
  const number = Number(digits) * (form.kind === "ms" ? units[unit] ?? 1 : 1);
  const isFit = digits !== undefined && (form.kind === "ms" || /\d$/.test(text)) && number >= form.least &&
    number <= form.most && (form.kind !== "code" || isCloseCode(number));
  if (isFit) return number;
  const what = form.kind === "code" ? "a close code" : form.kind === "ms" ? "a time such as 500ms" : "a number";
  throw badValue(`the fault ${name} takes ${what}, not ${JSON.stringify(text)}`);
}

/** Codes that a close frame may carry (RFC 6455 §7.4), and 1006 for an end without one. */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005) || code >= 3000;
}

function badValue(message: string): ClawError {
  return new ClawError("usage/bad-flag", message, { hint: listHint });
}
