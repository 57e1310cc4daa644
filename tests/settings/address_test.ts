import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopbackHost, isPrivateHost } from "../../src/settings/address.ts";

/** As the URL parser leaves it. */
const hostOf = (host: string) => new URL(`ws://${host}`).hostname;

test("isLoopbackHost() knows every spelling of this machine", () => {
  for (
    const host of [
      "127.0.0.1",
      "localhost",
      "LOCALHOST",
      "localhost.",
      "127.1",
      "0x7f.0.0.1",
      "127.255.255.254",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "[::ffff:127.0.0.1]",
    ]
  ) {
    assert.equal(isLoopbackHost(hostOf(host)), true, host);
    assert.equal(isPrivateHost(hostOf(host)), false, host);
  }
});

test("isPrivateHost() accepts private networks, tailnets and names without a dot", () => {
  for (
    const host of [
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.5",
      "169.254.9.9",
      "100.64.0.1",
      "100.127.255.255",
      "[fd00::1]",
      "[fc00::1]",
      "[fe80::1]",
      "[febf::1]",
      "[::ffff:10.0.0.1]",
      "openclaw",
      "my-gateway_1",
    ]
  ) {
    assert.equal(isPrivateHost(hostOf(host)), true, host);
    assert.equal(isLoopbackHost(hostOf(host)), false, host);
  }
});

test("isPrivateHost() and isLoopbackHost() accept nothing else", () => {
  for (
    const host of [
      "8.8.8.8",
      "0.0.0.0",
      "172.15.0.1",
      "172.32.0.1",
      "192.169.0.1",
      "100.63.255.255",
      "100.128.0.1",
      "11.0.0.1",
      "[2001:db8::1]",
      "[::]",
      "[fec0::1]",
      "[::ffff:8.8.8.8]",
      "gateway.local",
      "gateway.example",
      "localhost.example",
      "127.0.0.1.example",
      "x.localhost",
    ]
  ) {
    assert.equal(isLoopbackHost(hostOf(host)), false, host);
    assert.equal(isPrivateHost(hostOf(host)), false, host);
  }
});
