import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { Inbox } from "../../src/transport/inbox.ts";
import { settle } from "../support/clock.ts";

describe("Inbox", () => {
  it("gives messages in the order in which they came, whoever was first", async () => {
    const inbox = new Inbox();
    inbox.put("1");
    inbox.put(new Uint8Array([2]));
    assert.equal(await inbox.take(), "1");
    assert.deepEqual(await inbox.take(), new Uint8Array([2]));
    const waiting = inbox.take();
    inbox.put("3");
    inbox.put("4");
    assert.equal(await waiting, "3");
    assert.equal(await inbox.take(), "4");
  });

  it("loses and swaps nothing, however putting and taking are mixed", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (puts) => {
      const inbox = new Inbox();
      const taken: unknown[] = [];
      const reader = (async () => {
        for (let message = await inbox.take(); message !== undefined; message = await inbox.take()) taken.push(message);
      })();
      let count = 0;
      for (const isPut of puts) {
        if (isPut) inbox.put(String(count++));
        else await Promise.resolve();
      }
      inbox.end();
      await reader;
      assert.deepEqual(taken, Array.from({ length: count }, (_, n) => String(n)));
    }));
  });

  it("gives what came before the end, then undefined for ever, and drops what comes after", async () => {
    const inbox = new Inbox();
    inbox.put("1");
    inbox.end();
    inbox.put("2");
    assert.equal(await inbox.take(), "1");
    assert.equal(await inbox.take(), undefined);
    assert.equal(await inbox.take(), undefined);
  });

  it("gives what came before a failure, then throws it for ever, the first of several", async () => {
    const inbox = new Inbox();
    inbox.put("1");
    inbox.fail(new Error("broken"));
    inbox.fail(new Error("more broken"));
    inbox.end();
    assert.equal(await inbox.take(), "1");
    await assert.rejects(inbox.take(), { message: "broken" });
    await assert.rejects(inbox.take(), { message: "broken" });
  });

  it("wakes a waiting reader at the end", async () => {
    const inbox = new Inbox();
    const waiting = inbox.take();
    inbox.end();
    assert.equal(await waiting, undefined);
  });

  it("stops waiting with the signal's reason, and goes on afterwards", async () => {
    const inbox = new Inbox();
    const controller = new AbortController();
    const waiting = inbox.take(controller.signal);
    controller.abort(new Error("over"));
    await assert.rejects(waiting, /over/);
    await assert.rejects(inbox.take(controller.signal), /over/);
    inbox.put("1");
    assert.equal(await inbox.take(), "1");
  });

  it("gives what is there already even when the signal is aborted", async () => {
    const inbox = new Inbox();
    inbox.put("1");
    assert.equal(await inbox.take(AbortSignal.abort(new Error("over"))), "1");
    inbox.end();
    assert.equal(await inbox.take(AbortSignal.abort(new Error("over"))), undefined);
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const inbox = new Inbox();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    for (let n = 0; n < 100; n++) {
      const waiting = inbox.take(signal);
      await settle(1);
      inbox.put("x");
      await waiting;
    }
    assert.equal(listeners, 0);
  });
});
