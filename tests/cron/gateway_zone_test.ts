import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayZoneOf, shiftOf, slotUpTo } from "../../src/cron/gateway_zone.ts";
import type { CronJob } from "../../src/protocol/mod.ts";
import { nextFires } from "../../src/schedule/fire_times.ts";
import { offsetAt } from "../../src/schedule/zone.ts";
import { aJob, cron, noonMs } from "../support/cron_jobs.ts";
import { fc } from "../support/property.ts";

/** A job of a gateway in this zone, with its next run. */
function planned(expr: string, zone: string, members: Partial<CronJob> = {}, shiftMs = 0): CronJob {
  const schedule = cron(expr);
  const [slotMs = 0] = nextFires(schedule, noonMs, 1, zone);
  return aJob({ schedule, state: { nextRunAtMs: slotMs + shiftMs }, ...members });
}

describe("gatewayZoneOf()", () => {
  it("is the person's own zone where that explains the plans", () => {
    assert.equal(gatewayZoneOf([planned("0 9 * * *", "Europe/Berlin")], "Europe/Berlin"), "Europe/Berlin");
    assert.equal(gatewayZoneOf([planned("0 * * * *", "UTC", {}, 299_999)], "Europe/Berlin"), "Europe/Berlin");
  });

  it("is another where only that explains them", () => {
    const jobs = [planned("0 * * * *", "UTC"), planned("15 7 * * *", "UTC")];
    assert.equal(gatewayZoneOf(jobs, "Europe/Berlin"), "UTC");
    assert.equal(gatewayZoneOf([planned("0 * * * *", "UTC")], "Asia/Kolkata"), "UTC");
  });

  it("is not known without a job that tells", () => {
    const withZone = aJob({ schedule: cron("0 9 * * *", "UTC"), state: { nextRunAtMs: noonMs } });
    const disabled = planned("0 9 * * *", "UTC", { enabled: false });
    const unreadable = aJob({ schedule: cron("what?"), state: { nextRunAtMs: noonMs } });
    const retried = aJob({
      schedule: cron("0 9 * * *"),
      state: { nextRunAtMs: noonMs + 30_000, consecutiveErrors: 1 },
    });
    assert.equal(gatewayZoneOf([aJob(), withZone, disabled, unreadable, retried], "UTC"), undefined);
  });

  it("has the offset of any gateway's zone", () => {
    const zones = ["America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "UTC"];
    const minute = fc.integer({ min: 1, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    fc.assert(fc.property(fc.constantFrom(...zones), minute, hour, (zone, atMinute, atHour) => {
      const found = gatewayZoneOf([planned(`${atMinute} ${atHour} * * *`, zone)], "Europe/Berlin");
      const difference = offsetAt(noonMs, found ?? "") - offsetAt(noonMs, zone);
      // Once a day tells the time of day, not the day: Auckland's clock reads as one eleven hours behind.
      assert.equal(difference % 86_400_000 + 0, 0);
    }));
  });
});

describe("shiftOf()", () => {
  const shift = (schedule: CronJob["schedule"], nextRunAtMs: number) =>
    shiftOf(aJob({ schedule, state: { nextRunAtMs } }), "UTC");

  it("is what lies between the slot and the plan", () => {
    assert.equal(shift(cron("0 * * * *"), noonMs + 214_321), 214_321);
    assert.equal(shift(cron("30 9 * * *", "UTC", 60_000), noonMs - 9_000_000 + 1), 1);
    assert.equal(shift(cron("30 9 * * *"), noonMs - 9_000_000), 0);
  });

  it("is not known of a plan beyond it: a new try after an error", () => {
    assert.equal(shift(cron("0 * * * *"), noonMs + 300_000), undefined);
    assert.equal(shift(cron("30 9 * * *"), noonMs), undefined);
    assert.equal(shift(cron("0 * * * *", "Mars/Olympus"), noonMs), undefined);
    assert.equal(shift({ kind: "every", everyMs: 1 }, noonMs), undefined);
  });
});

describe("slotUpTo()", () => {
  it("includes the instant itself, and looks into the second", () => {
    assert.equal(slotUpTo(cron("0 12 * * *"), noonMs, "UTC"), noonMs);
    assert.equal(slotUpTo(cron("0 12 * * *"), noonMs - 1, "UTC"), noonMs - 86_400_000);
    assert.equal(slotUpTo(cron("0 12 * * *"), noonMs + 999, "UTC"), noonMs);
    assert.equal(slotUpTo(cron("* * * * * *"), noonMs + 500, "UTC"), noonMs);
  });
});
