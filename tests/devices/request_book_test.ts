import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RequestBook, type RequestNews } from "../../src/devices/request_book.ts";
import type { PendingDevice } from "../../src/protocol/mod.ts";

const request = (requestId: string, changes: Partial<PendingDevice> = {}): PendingDevice => ({
  requestId,
  deviceId: `device-of-${requestId}`,
  role: "operator",
  scopes: ["operator.read"],
  ts: 1,
  ...changes,
});
const roster = (...pending: readonly PendingDevice[]) => ({ pending: [...pending], paired: [] });

function words(news: readonly RequestNews[]): readonly string[] {
  return news.map((one) => {
    if (one.kind === "requested") return `requested ${one.request.requestId}`;
    if (one.kind === "changed") return `changed ${one.request.requestId}: ${one.changed.join()}`;
    if (one.kind === "resolved") return `${one.decision} ${one.requestId}${one.request === undefined ? " unseen" : ""}`;
    return `gone ${one.requestId}${one.replacedBy === undefined ? "" : ` for ${one.replacedBy}`}`;
  });
}

const decision = (requestId: string, decision: string) => ({ requestId, deviceId: "d", decision, ts: 2 });

describe("RequestBook.look()", () => {
  it("tells of a request once, however often its device asks again", async () => {
    const book = new RequestBook();
    assert.deepEqual(words(await book.look(roster(request("a")))), ["requested a"]);
    book.announce(request("a", { ts: 9 }));
    assert.deepEqual(words(await book.look(roster(request("a", { ts: 9 }), request("b")))), ["requested b"]);
    assert.equal(book.find("a")?.askedAtMs, 9);
  });

  it("tells what changed of one that waits", async () => {
    const book = new RequestBook();
    await book.look(roster(request("a")));
    const grown = request("a", { scopes: ["operator.read", "operator.admin"] });
    assert.deepEqual(words(await book.look(roster(grown))), ["changed a: requestedScopes,newScopes"]);
  });

  it("tells how a request was decided when it heard it, else that it is gone, and for which other", async () => {
    const book = new RequestBook();
    await book.look(roster(request("a"), request("b"), request("c")));
    book.decide(decision("a", "approved"));
    const again = request("d", { deviceId: "device-of-c" });
    assert.deepEqual(words(await book.look(roster(again))), ["requested d", "approved a", "gone b", "gone c for d"]);
    assert.deepEqual(words(await book.look(roster(again))), []);
  });

  it("keeps for the next look what it heard while a list was on its way", async () => {
    const book = new RequestBook();
    await book.look(roster(request("a")));
    const heard = book.heard();
    const grown = request("b", { deviceId: "device-of-a" });
    book.announce(grown);
    book.decide(decision("a", "rejected"));
    assert.deepEqual(words(await book.look(roster(request("a")), heard)), []);
    assert.deepEqual(words(await book.look(roster(grown))), ["requested b", "rejected a"]);
    assert.deepEqual(words(await book.look(roster(grown))), []);
  });

  it("knows how a request was decided that went while a list was on its way", async () => {
    const book = new RequestBook();
    await book.look(roster(request("a")));
    const heard = book.heard();
    book.decide(decision("a", "approved"));
    assert.deepEqual(words(await book.look(roster(), heard)), ["approved a"]);
    assert.deepEqual(words(await book.look(roster())), []);
  });

  it("takes no endless time for an endless list that is replaced by another", async () => {
    const book = new RequestBook();
    const list = (mark: string) =>
      roster(...Array.from({ length: 40_000 }, (_, n) => request(`${mark}${n}`, { deviceId: `d${n}` })));
    await book.look(list("a"));
    const startedAt = performance.now();
    const news = await book.look(list("b"));
    assert.ok(performance.now() - startedAt < 4_000);
    assert.deepEqual(words(news.slice(-1)), ["gone a39999 for b39999"]);
  });

  it("tells of a request that was decided before anybody could look, with what its event said", async () => {
    const book = new RequestBook();
    book.announce(request("a"));
    book.decide(decision("a", "approved"));
    book.decide(decision("x", "approved"));
    assert.deepEqual(words(await book.look(roster())), ["requested a", "approved a", "approved x unseen"]);
  });

  it("shows no token that a gateway tells by mistake", async () => {
    const book = new RequestBook();
    book.announce(request("a", { displayName: "desk", deviceToken: "a-secret" } as Partial<PendingDevice>));
    assert.doesNotMatch(JSON.stringify(await book.look(roster())), /a-secret/);
  });

  it("gathers no more than a thousand between two looks", async () => {
    const book = new RequestBook();
    for (let n = 0; n < 1_500; n++) book.announce(request(`r${n}`));
    const news = await book.look(roster());
    assert.equal(news.filter(({ kind }) => kind === "requested").length, 1_000);
  });
});
