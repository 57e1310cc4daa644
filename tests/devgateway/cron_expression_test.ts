import assert from "node:assert/strict";
import { test } from "node:test";
import { isCronExpression } from "../../src/devgateway/cron_expression.ts";

test("isCronExpression() accepts five to seven fields in all their forms", () => {
  const good = [
    "* * * * *",
    "0 9 * * 1-5",
    "*/5 0-23/2 1,15 JAN-DEC mon",
    "0 0 12 * * *",
    "0 0 12 * * * 2030",
    "0 0 L * *",
    "0 0 * * 5#2",
    "0 0 15W * *",
    "0 0 * * 5L",
    "@daily",
    " 0  9 * * * ",
    "0 0 ? * *",
  ];
  for (const text of good) assert.ok(isCronExpression(text), text);
});

test("isCronExpression() refuses what cannot be", () => {
  const bad = ["", "not a cron", "* * * *", "61 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"];
  const worse = ["5-1 * * * *", "*/0 * * * *", "1-2-3 * * * *", "1/2/3 * * * *", ", * * * *", "@sometimes"];
  for (const text of [...bad, ...worse]) assert.ok(!isCronExpression(text), text);
});
