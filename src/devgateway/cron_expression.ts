/**
 * Whether a text has the form of a cron expression: five to seven fields of numbers, names, `*`, lists, ranges and
 * steps. When it fires is the scheduler's concern, which does not exist yet.
 */

const names = {
  month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  weekday: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
} as const;

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const second: Field = { least: 0, most: 59 };
const minute: Field = { least: 0, most: 59 };
const hour: Field = { least: 0, most: 23 };
const day: Field = { least: 1, most: 31 };
const month: Field = { least: 1, most: 12, names: names.month };
const weekday: Field = { least: 0, most: 7, names: names.weekday };
const year: Field = { least: 1, most: 9_999 };

const forms: Readonly<Record<number, readonly Field[]>> = {
  5: [minute, hour, day, month, weekday],
  6: [second, minute, hour, day, month, weekday],
  7: [second, minute, hour, day, month, weekday, year],
};

/** Also accepts the nicknames `@daily` and the like. */
export function isCronExpression(text: string): boolean {
  const trimmed = text.trim();
  if (/^@(yearly|annually|monthly|weekly|daily|hourly)$/i.test(trimmed)) return true;
  const parts = trimmed.split(/\s+/);
  return forms[parts.length]?.every((field, index) => isField(parts[index] ?? "", field)) ?? false;
}

function isField(part: string, field: Field): boolean {
  return part.split(",").every((item) => {
    const [range = "", step, ...rest] = item.split("/");
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    if (range === "*" || range === "?") return true;
    const ends = range.split("-").map((end) => valueOf(end, field));
    const [from, to = from] = ends;
    return ends.length <= 2 && from !== undefined && to !== undefined && from <= to;
  });
}

function valueOf(end: string, { least, most, names = [] }: Field): number | undefined {
  // `L`, `5#2` and `15W` are croner's: last, second Friday, nearest weekday.
  const plain = end.toUpperCase().replace(/(#[1-5]|L|W)$/, "");
  if (plain === "" && /^L$/i.test(end)) return most;
  const named = names.indexOf(plain);
  const value = named >= 0 ? named + least : /^\d+$/.test(plain) ? Number(plain) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
