import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually } from "../../support/eventually.ts";
import { openRequestStage } from "../../support/request_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

/** Keys that are pressed when the test says so. */
function createKeyboard() {
  let give: ((key: string) => void) | undefined;
  let reads = 0;
  const readKey = (signal: AbortSignal) => {
    reads += 1;
    return new Promise<string>((resolve, reject) => {
      give = resolve;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  };
  return { readKey, press: (key: string) => give?.(key), reads: () => reads };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const question = ({ requestId, deviceId }: { readonly requestId: string; readonly deviceId: string }) =>
  `request ${requestId} of device ${deviceId.slice(0, 8)}: [a]pprove`;

/** A request, and an operator on a terminal who is asked about it. */
async function openAsked() {
  const stage = await openRequestStage(4);
  const keyboard = createKeyboard();
  const laptop = stage.asker();
  const request = await laptop.ask();
  const watching = stage.watch([], { isTty: true, readKey: keyboard.readKey, env: { NO_COLOR: "1" } });
  await watching.tells(question(request));
  return {
    stage,
    keyboard,
    laptop,
    request,
    watching,
    isPaired: ({ deviceId } = request) => stage.pairings.find(deviceId) !== undefined,
    /** Presses a key as soon as one counts. */
    async press(key: string) {
      await pause(550);
      keyboard.press(key);
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

describe("claw device watch, deciding by a key", () => {
  it("shows all of a request above the question, and approves it by a", async () => {
    await using at = await openAsked();
    const { requestId, deviceId } = at.request;
    for (const fact of [requestId, deviceId, "SHA256:", "read (NEW)", '"laptop" (anybody may)']) {
      assert.ok(at.watching.stderr().includes(fact), fact);
    }
    await at.press("a");
    await at.watching.tells(`\nclaw: approved device ${deviceId.slice(0, 8)} (request ${requestId}) as operator`);
    await at.watching.says("was approved");
    assert.equal(at.isPaired(), true);
    await at.watching.stop();
  });

  it("rejects by r, leaves by s, and ends by q with 0", async () => {
    await using at = await openAsked();
    await at.press("r");
    await at.watching.tells(`claw: rejected request ${at.request.requestId}`);
    await at.watching.says("was rejected");
    const second = await at.stage.asker().ask();
    await at.watching.tells(question(second));
    await at.press("s");
    const third = await at.stage.asker().ask();
    await at.watching.tells(question(third));
    await at.press("q");
    assert.equal((await at.watching.ended).exit, 0);
    const waiting = at.stage.pairings.pending().map(({ requestId }) => requestId);
    assert.deepEqual(waiting.sort(), [second.requestId, third.requestId].sort());
    assert.equal(at.isPaired(), false);
  });

  it("heeds no key that was pressed before the question could be read, nor any other", async () => {
    await using at = await openAsked();
    at.keyboard.press("a");
    await eventually(() => at.keyboard.reads() === 2 || undefined, "the next key");
    for (const key of ["\r", "aa", "\x1b[A", "y"]) await at.press(key);
    assert.equal(at.watching.stderr().split("[a]pprove").length, 2);
    assert.equal(at.isPaired(), false);
    await at.watching.stop();
  });

  it("approves nothing that was replaced, and asks about what stands in its place", async () => {
    await using at = await openAsked();
    const next = await at.laptop.ask("read,admin");
    await at.watching.tells(question(next));
    at.keyboard.press("a");
    await eventually(() => at.watching.stdout().includes(`was replaced by ${next.requestId}`) || undefined, "the news");
    assert.equal(at.isPaired(), false);
    await at.watching.stop();
  });

  it("says why an approval failed, and goes on", async () => {
    await using at = await openAsked();
    await pause(550);
    // Nothing tells of it: the gateway's memory is asked, not an operator.
    at.stage.pairings.reject(at.request.requestId);
    at.keyboard.press("a");
    await at.watching.tells(`claw: warning: request ${at.request.requestId} is gone: it was decided elsewhere`);
    const second = await at.stage.asker().ask();
    await at.watching.tells(question(second));
    await at.press("a");
    await at.watching.tells("claw: approved device");
    assert.deepEqual([at.isPaired(), at.isPaired(second)], [false, true]);
    await at.watching.stop();
  });

  it("decides by another connection when the one where it was seen is lost", async () => {
    await using at = await openAsked();
    await using proxy = await startTcpProxy({ targetPort: at.stage.gateway.port });
    await at.watching.stop();
    const keyboard = createKeyboard();
    const env = { NO_COLOR: "1", CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    const watching = at.stage.watch([], { isTty: true, readKey: keyboard.readKey, env });
    await watching.tells(question(at.request));
    proxy.cut();
    await watching.tells("the connection is lost");
    await pause(550);
    keyboard.press("r");
    await watching.tells(`claw: rejected request ${at.request.requestId}`);
    await watching.stop();
    assert.doesNotMatch(watching.stderr(), /warning/);
  });

  it("asks again about a request when no gateway was there to decide on it", async () => {
    await using at = await openAsked();
    await at.stage.gateway[Symbol.asyncDispose]();
    await at.watching.tells("the connection is lost");
    await at.press("a");
    await at.watching.tells(/warning: nothing listens on [^]*: \[a\]pprove/);
    assert.ok(at.watching.stderr().split(question(at.request)).length > 2);
    await at.watching.stop();
  });

  it("takes a question back when the request was decided elsewhere, and keys for it mean nothing to the next", async () => {
    await using at = await openAsked();
    const second = await at.stage.asker().ask();
    await at.watching.says(second.requestId);
    assert.equal((await at.stage.run(["reject", at.request.requestId])).exit, 0);
    await at.watching.tells(question(second));
    at.keyboard.press("a");
    await pause(100);
    assert.equal(at.isPaired(second), false);
    assert.equal((await at.watching.stop("SIGINT")).exit, 130);
  });
});
