import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isListed } from "../../src/settings/no_proxy.ts";

const cases: readonly (readonly [list: string, host: string, port: number, isListed: boolean])[] = [
  ["*", "gateway.example", 443, true],
  ["gateway.example", "gateway.example", 443, true],
  ["GATEWAY.example.", "gateway.example", 443, true],
  ["example", "gateway.example", 443, true],
  [".example", "gateway.example", 443, true],
  ["*.example", "gateway.example", 443, true],
  ["ample", "gateway.example", 443, false],
  ["way.example", "gateway.example", 443, false],
  ["gateway.example:8443", "gateway.example", 443, false],
  ["gateway.example:443", "gateway.example", 443, true],
  ["a, b\tgateway.example ,c", "gateway.example", 443, true],
  ["", "gateway.example", 443, false],
  [" , .,", "gateway.example", 443, false],
  ["192.0.2.7", "192.0.2.7", 443, true],
  ["2.7", "192.0.2.7", 443, false],
  ["192.0.2.0/24", "192.0.2.7", 443, true],
  ["192.0.2.0/29", "192.0.2.8", 443, false],
  ["192.0.2.0/24:8443", "192.0.2.7", 443, false],
  ["0.0.0.0/0", "203.0.113.9", 443, true],
  ["0.0.0.0/0", "[2001:db8::1]", 443, false],
  ["192.0.2.0/33", "192.0.2.7", 443, false],
  ["192.0.2.0/x", "192.0.2.7", 443, false],
  ["2001:db8::/32", "[2001:db8::1]", 443, true],
  ["2001:db9::/32", "[2001:db8::1]", 443, false],
  ["2001:DB8:0:0::1", "[2001:db8::1]", 443, true],
  ["[2001:db8::1]:443", "[2001:db8::1]", 443, true],
  ["[2001:db8::1]:444", "[2001:db8::1]", 443, false],
  ["[2001:db8::]/32", "[2001:db8::1]", 443, true],
  ["192.0.2.0/24", "[::ffff:c000:207]", 443, true],
];

/** The four parts of an address, in decimal. */
const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

describe("isListed()", () => {
  for (const [list, host, port, isIn] of cases) {
    it(`${isIn ? "finds" : "does not find"} ${host}:${port} in "${list}"`, () =>
      assert.equal(isListed(list, host, port), isIn));
  }

  it("agrees with arithmetic on ranges", () => {
    fc.assert(fc.property(ipv4, ipv4, fc.nat(32), (network, host, prefix) => {
      const numberOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
      const size = 2 ** (32 - prefix);
      const expected = Math.floor(numberOf(network) / size) === Math.floor(numberOf(host) / size);
      assert.equal(isListed(`${network.join(".")}/${prefix}`, host.join("."), 443), expected);
    }));
  });

  it("lists every name below a name, and no name beside it", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(fc.property(label, label, fc.constantFrom("", ".", "*."), (above, name, dot) => {
      assert.equal(isListed(`${dot}${above}.test`, `${name}.${above}.test`, 443), true);
      assert.equal(isListed(`${dot}${above}.test`, `${name}${above}.test`, 443), false);
    }));
  });

  it("never throws, whatever the list says", () => {
    const host = fc.constantFrom("gateway.example", "192.0.2.7", "[2001:db8::1]");
    fc.assert(fc.property(fc.string({ unit: "binary" }), host, (list, name) => {
      assert.equal(typeof isListed(list, name, 443), "boolean");
    }));
  });
});
