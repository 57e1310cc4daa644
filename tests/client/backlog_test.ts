import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backlog } from "../../src/client/backlog.ts";
import { settle } from "../support/clock.ts";
import { fc } from "../support/property.ts";

const limits = { mostItems: 3, mostSize: 1_000, sizeOf: (item: string) => item.length };
const create = (changes: Partial<typeof limits> = {}) =>
  new Backlog<string>({ ...limits, ...changes, dropped: (count) => `(${count} dropped)` });

async function drain(backlog: Backlog<string>): Promise<readonly string[]> {
  const taken: string[] = [];
  for await (const item of backlog) taken.push(item);
  return taken;
}

describe("Backlog", () => {
  it("gives what came in order, also to a reader that waits", async () => {
    const backlog = create();
    const taken = drain(backlog);
    for (const item of ["a", "b"]) backlog.put(item);
    await settle();
    backlog.put("c");
    backlog.end();
    backlog.put("too late");
    assert.deepEqual(await taken, ["a", "b", "c"]);
  });

  it("gives those that wait already at once, up to so many", async () => {
    const backlog = create({ mostItems: 5 });
    for (const item of ["a", "b", "c", "d", "e", "f"]) backlog.put(item);
    const batches = backlog.batches(3);
    assert.deepEqual((await batches.next()).value, ["a", "b", "c"]);
    // Those that were taken have made room.
    backlog.put("g");
    backlog.end();
    const rest: (readonly string[])[] = [];
    for await (const batch of batches) rest.push(batch);
    assert.deepEqual(rest, [["d", "e", "(1 dropped)"], ["g"]]);
  });

  it("keeps what must not be dropped, behind the number of those that were", async () => {
    const backlog = create({ mostItems: 1 });
    for (const item of ["a", "b", "c"]) backlog.put(item);
    backlog.keep("must");
    backlog.end();
    backlog.keep("too late");
    assert.deepEqual(await drain(backlog), ["a", "(2 dropped)", "must"]);
  });

  it("drops what does not fit, and tells the number where it is missing", async () => {
    const backlog = create();
    for (const item of ["a", "b", "c", "d", "e"]) backlog.put(item);
    const reader = backlog[Symbol.asyncIterator]();
    assert.equal((await reader.next()).value, "a");
    backlog.put("f");
    backlog.put("g");
    backlog.end();
    const rest: string[] = [];
    for await (const item of reader) rest.push(item);
    assert.deepEqual(rest, ["b", "c", "(2 dropped)", "f", "(1 dropped)"]);
  });

  it("tells of dropped ones when all that waited is taken, though nothing comes any more", async () => {
    const backlog = create({ mostItems: 1 });
    backlog.put("a");
    backlog.put("b");
    const reader = backlog[Symbol.asyncIterator]();
    assert.equal((await reader.next()).value, "a");
    assert.equal((await reader.next()).value, "(1 dropped)");
    await reader.return(undefined);
  });

  it("is full by size too, but takes any one item", async () => {
    const backlog = create({ mostSize: 10 });
    for (const item of ["x".repeat(50), "y".repeat(11), "z"]) backlog.put(item);
    backlog.end();
    assert.deepEqual(await drain(backlog), ["x".repeat(50), "(1 dropped)", "z"]);
  });

  it("throws what it ended with behind the last item", async () => {
    const backlog = create();
    backlog.put("a");
    backlog.end(new Error("over"));
    backlog.end();
    const reader = backlog[Symbol.asyncIterator]();
    assert.equal((await reader.next()).value, "a");
    await assert.rejects(reader.next(), { message: "over" });
  });

  it("never holds more than it may, and loses none uncounted", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (steps) => {
      const backlog = new Backlog<number>({ ...limits, sizeOf: () => 1, dropped: (count) => -count });
      const reader = backlog[Symbol.asyncIterator]();
      let put = 0;
      const taken: number[] = [];
      // One is always there, so that the reader need not wait.
      backlog.put(++put);
      for (const isPut of steps) {
        if (isPut) backlog.put(++put);
        else if (taken.length < put / 3) taken.push((await reader.next()).value);
      }
      backlog.end();
      for await (const item of reader) taken.push(item);
      const shown = taken.filter((item) => item > 0);
      const dropped = taken.filter((item) => item < 0).reduce((sum, item) => sum - item, 0);
      assert.deepEqual(shown, shown.toSorted((a, b) => a - b));
      assert.equal(shown.length + dropped, put);
    }));
  });
});
