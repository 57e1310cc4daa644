import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  isLocalHost,
  isLoopbackAddress,
  judgeLocality,
  loopbackPeer,
  type PeerFacts,
} from "../../src/devgateway/peer.ts";

describe("judgeLocality()", () => {
  const cases: readonly (readonly [
    name: string,
    peer: PeerFacts,
    trustsProxy: boolean,
    isLocal: { readonly 3: boolean; readonly 4: boolean },
  ])[] = [
    ["plain loopback is local", loopbackPeer, false, { 3: true, 4: true }],
    // The quirk of 2026.3.13 that PROTOCOL.md warns of.
    ["but not on protocol 3 when 127.0.0.1 is a trusted proxy", loopbackPeer, true, { 3: false, 4: true }],
    ["a foreign Host header counts on protocol 3 alone", { ...loopbackPeer, host: "gw.test" }, false, {
      3: false,
      4: true,
    }],
    ["a forwarded header makes it remote", { ...loopbackPeer, forwardedFor: "203.0.113.9" }, false, {
      3: false,
      4: false,
    }],
    ["also from a trusted proxy", { ...loopbackPeer, forwardedFor: "203.0.113.9" }, true, { 3: false, 4: false }],
    ["another address is remote", { address: "192.0.2.7", host: "127.0.0.1" }, false, { 3: false, 4: false }],
    ["IPv6 loopback is local", { address: "::1", host: "[::1]:18789" }, false, { 3: true, 4: true }],
  ];
  for (const [name, peer, trustsProxy, isLocal] of cases) {
    test(name, () => {
      assert.equal(judgeLocality(peer, 3, trustsProxy).isLocal, isLocal[3]);
      assert.equal(judgeLocality(peer, 4, trustsProxy).isLocal, isLocal[4]);
    });
  }

  test("protocol 4 cannot place forwarded headers from whom it does not trust", () => {
    const peer = { ...loopbackPeer, forwardedFor: "203.0.113.9" };
    assert.equal(judgeLocality(peer, 4, false).isUnattributable, true);
    assert.equal(judgeLocality(peer, 4, true).isUnattributable, false);
    assert.equal(judgeLocality(peer, 4, true).remoteIp, "203.0.113.9");
    assert.equal(judgeLocality(peer, 3, false).isUnattributable, false);
  });
});

test("isLoopbackAddress() knows all ways to write this machine", () => {
  for (const address of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) assert.ok(isLoopbackAddress(address));
  for (const address of ["128.0.0.1", "localhost", "10.0.0.1", "::2", ""]) assert.ok(!isLoopbackAddress(address));
});

test("isLocalHost() reads Host headers", () => {
  for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:18789", "[::1]"]) assert.ok(isLocalHost(host), host);
  for (const host of ["localhost.evil.test", "example.test", undefined, ""]) {
    assert.ok(!isLocalHost(host), String(host));
  }
});
