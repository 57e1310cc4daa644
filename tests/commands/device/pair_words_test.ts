import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { View } from "../../../src/cli/outcome.ts";
import { type OwnRequest, showRequest } from "../../../src/commands/device/pair_words.ts";

const me = { deviceId: "d", name: undefined, keyFile: "k", fingerprint: "f", keyFingerprint: "SHA256:k", tokens: [] };
const request: OwnRequest = {
  requestId: "r-1",
  reason: "not-paired",
  requestedScopes: ["operator.read"],
  approvedScopes: [],
};

function textOf(view: View): string {
  if (view.kind === "stack") return view.views.map(textOf).join("\n");
  if (view.kind === "pairs") return view.pairs.map((pair) => pair.join(": ")).join("\n");
  return view.kind === "line" ? view.text : assert.fail(view.kind);
}

describe("showRequest()", () => {
  it("promises no approval by what only lists", () => {
    const named = textOf(showRequest(request, me).view);
    assert.match(named, /any one of these approves it:\n[^]*: claw device approve r-1$/);
    const unnamed = textOf(showRequest({ ...request, requestId: undefined }, me).view);
    assert.doesNotMatch(unnamed, /approves it/);
    assert.match(unnamed, /look for it, and approve it, by:\n[^]*: openclaw devices list\n[^]*: claw device list$/);
  });

  it("says that there is more than it names", () => {
    const approvedScopes = Array.from({ length: 12 }, (_, index) => `operator.${index}`);
    assert.match(textOf(showRequest({ ...request, approvedScopes }, me).view), /approved: 0, 1, .*, 9, and 2 more\n/);
  });

  it("says what is asked for, and that the request may hold more", () => {
    const text = textOf(showRequest(request, me).view);
    assert.match(text, /asks for: read\napproved: nothing\n/);
    assert.match(text, /waits: five minutes .* with all that it asked for till then/);
  });
});
