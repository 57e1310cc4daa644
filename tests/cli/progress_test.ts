import assert from "node:assert/strict";
import { describe, it } from "node:test";
import stringWidth from "string-width";
import { createProgress } from "../../src/cli/progress.ts";
import { createManualClock } from "../support/clock.ts";

function open(isTty: boolean, columns = 80) {
  const clock = createManualClock();
  let written = "";
  const progress = createProgress({ isTty, columns, write: (text) => void (written += text) }, clock);
  return { clock, progress, take: () => [written, written = ""][0] ?? "" };
}

describe("createProgress()", () => {
  it("writes a line for each new thing where there is no terminal", async () => {
    const { clock, progress, take } = open(false);
    progress.show("queued");
    progress.show("queued");
    progress.show("run\x1b[2Jning");
    await clock.advance(10_000);
    progress[Symbol.dispose]();
    assert.equal(take(), "claw: queued\nclaw: run\\u{1b}[2Jning\n");
  });

  it("moves one line on a terminal, with the seconds since it began", async () => {
    const { clock, progress, take } = open(true);
    progress.show("running");
    assert.equal(take(), "\r\x1b[K⠋ running (0 s)");
    await clock.advance(1_080);
    assert.match(take(), /\S running \(1 s\)$/);
  });

  it("is gone when it is over, and moves no more", async () => {
    const { clock, progress, take } = open(true);
    progress.show("running");
    take();
    progress[Symbol.dispose]();
    assert.equal(take(), "\r\x1b[K");
    await clock.advance(1_000);
    assert.equal(take(), "");
    assert.equal(clock.waiting, 0);
  });

  it("makes room for another line, and comes back", async () => {
    const { clock, progress, take } = open(true);
    progress.clear();
    assert.equal(take(), "", "there was nothing to take away");
    progress.show("running");
    take();
    progress.clear();
    assert.equal(take(), "\r\x1b[K");
    await clock.advance(120);
    assert.match(take(), /running/);
  });

  it("stays on one line, whatever the text", () => {
    const { progress, take } = open(true, 20);
    progress.show("日本語のレポートを作成しています");
    const line = take().replace("\r\x1b[K", "");
    assert.ok(stringWidth(line) <= 19, line);
    assert.match(line, /…$/);
  });
});
