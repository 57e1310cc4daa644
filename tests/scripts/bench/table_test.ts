import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { median } from "../../../scripts/bench/measure.ts";
import { type Aim, renderAims, renderTable, type Row } from "../../../scripts/bench/table.ts";

const rows: readonly Row[] = [
  { name: "bare", wallMs: 10, cpuMs: 8, peakMiB: 32, runs: 30 },
  { name: "event", wallMs: 12.5, cpuMs: 10, peakMiB: 33.56, runs: 30, against: { name: "bare", as: "bare client" } },
  { name: "official", wallMs: 6220.4, cpuMs: 5570, peakMiB: 384, runs: 3, against: { name: "event", as: "event" } },
];

describe("renderTable()", () => {
  it("renderTable() sets each program beside the one it is compared with", () => {
    assert.deepEqual(renderTable(rows).split("\n"), [
      "| Program | wall ms | CPU ms | peak MiB | wall / CPU / peak | runs |",
      "| --- | ---: | ---: | ---: | --- | ---: |",
      "| bare | 10.0 | 8.00 | 32.0 |  | 30 |",
      "| event | 12.5 | 10.0 | 33.6 | 1.25 / 1.25 / 1.05 × bare client | 30 |",
      "| official | 6220 | 5570 | 384 | 498 / 557 / 11.4 × event | 3 |",
      "",
    ]);
  });
});

describe("renderAims()", () => {
  const wallRatio: Aim["of"] = (row, other) => row.wallMs / (other?.wallMs ?? NaN);

  it("renderAims() tells a kept aim from a missed one", () => {
    const aims: readonly Aim[] = [
      { row: "event", what: "wall × bare client", most: 1.3, of: wallRatio },
      { row: "event", what: "CPU ms", most: 9, of: ({ cpuMs }) => cpuMs },
    ];
    assert.equal(
      renderAims(aims, rows),
      "kept    event: wall × bare client 1.25, aim 1.3\nMISSED  event: CPU ms 10.00, aim 9\n",
    );
  });

  it("renderAims() leaves out what was not measured, and misses what cannot be compared", () => {
    assert.equal(renderAims([{ row: "absent", what: "CPU ms", most: 9, of: ({ cpuMs }) => cpuMs }], rows), "");
    assert.match(renderAims([{ row: "bare", what: "wall", most: 9, of: wallRatio }], rows), /^MISSED/);
  });
});

describe("median()", () => {
  it("median() takes the middle, or the mean of the two in the middle", () => {
    assert.equal(median([5, 1, 100]), 5);
    assert.equal(median([4, 1, 2, 100]), 3);
    assert.equal(median([7]), 7);
    assert.ok(Number.isNaN(median([])));
  });
});
