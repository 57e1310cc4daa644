/** Turns measurements into the table of the README, and into verdicts on the aims. Pure. */

/** What a program needed: medians of time, the highest peak. */
export interface Row {
  readonly name: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly runs: number;
  /** The row that it is compared with, and what to call that row there. */
  readonly against?: { readonly name: string; readonly as: string };
}

/** A limit that a row should keep. */
export interface Aim {
  readonly row: string;
  readonly what: string;
  readonly most: number;
  readonly of: (row: Row, other: Row | undefined) => number;
}

/** A Markdown table; ratios are wall / CPU / peak. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const other = rows.find(({ name }) => name === row.against?.name);
    const ratio = other === undefined || row.against === undefined ? "" : ratiosOf(row, other, row.against.as);
    return `| ${row.name} | ${digits(row.wallMs)} | ${digits(row.cpuMs)} | ${
      digits(row.peakMiB)
    } | ${ratio} | ${row.runs} |`;
  });
  return [
    "| Program | wall ms | CPU ms | peak MiB | wall / CPU / peak | runs |",
    "| --- | ---: | ---: | ---: | --- | ---: |",
    ...lines,
    "",
  ].join("\n");
}

/** One line for each aim, with the measured value. */
export function renderAims(aims: readonly Aim[], rows: readonly Row[]): string {
  return aims.map(({ row: name, what, most, of }) => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row === undefined) return "";
    const value = of(row, rows.find((candidate) => candidate.name === row.against?.name));
    return `${value <= most ? "kept  " : "MISSED"}  ${name}: ${what} ${value.toFixed(2)}, aim ${most}\n`;
  }).join("");
}

function ratiosOf(row: Row, other: Row, as: string): string {
  const ratios = [row.wallMs / other.wallMs, row.cpuMs / other.cpuMs, row.peakMiB / other.peakMiB];
  return `${ratios.map(digits).join(" / ")} × ${as}`;
}

/** Three significant digits are more than such measurements can bear. */
function digits(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
