import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fc, runs } from "../support/property.ts";
import { ClawError } from "../../src/errors.ts";
import { localEndpoint, parseEndpoint, redactUrl, requireSafe } from "../../src/settings/endpoint.ts";
import type { Origin } from "../../src/settings/origin.ts";

const flag: Origin = { kind: "flag", name: "--url" };
const variable: Origin = { kind: "env", name: "CLAW_URL" };

describe("parseEndpoint()", () => {
  test("parseEndpoint() keeps the meaning of a URL: no port means 80 or 443", () => {
    assert.equal(parseEndpoint("ws://127.0.0.1", flag).origin, "ws://127.0.0.1:80");
    assert.equal(parseEndpoint("wss://Gateway.Example/a/b?x=1", flag).origin, "wss://gateway.example:443");
    assert.equal(parseEndpoint("wss://gateway.example/a/b?x=1", flag).url, "wss://gateway.example/a/b?x=1");
    assert.equal(parseEndpoint("WS://[::1]:18789", flag).origin, "ws://[::1]:18789");
  });

  test("parseEndpoint() writes the port out, so that the same gateway has one origin", () => {
    assert.equal(parseEndpoint("wss://h.example:443/", flag).origin, parseEndpoint("wss://h.example", flag).origin);
    assert.equal(parseEndpoint("ws://127.0.0.1:18789", flag).origin, localEndpoint(18789, false).origin);
    assert.equal(parseEndpoint("ws://127.0.0.1:18789", flag).url, localEndpoint(18789, false).url);
  });

  test("parseEndpoint() refuses a credential in any part of the URL, and does not repeat it", () => {
    const urls = [
      "ws://user:hunter2@127.0.0.1:1/",
      "ws://hunter2@127.0.0.1:1/",
      "ws://:hunter2@127.0.0.1:1/",
      "ws:hunter2@127.0.0.1:1/",
      "ws:\\\\hunter2@127.0.0.1:1/",
      "https://hunter2@127.0.0.1:1/",
      "ws://127.0.0.1:1/?token=hunter2",
      "ws://127.0.0.1:1/?a=b&password=hunter2",
      "ws://127.0.0.1:1/?auth=hunter2",
      "ws://127.0.0.1:1/?AUTH=hunter2",
      "ws://127.0.0.1:1/?tok%65n=hunter2",
      "ws://127.0.0.1:1/?access_token=hunter2",
      "http://127.0.0.1:1/#token=hunter2",
      "ws://127.0.0.1:1/#hunter2",
    ];
    for (const url of urls) {
      assert.throws(() => parseEndpoint(url, flag), (error: ClawError) => {
        assert.equal(error.code, "config/insecure-url", url);
        assert.match(error.message, /^--url: (wss?|https?):\/\/127\.0\.0\.1:1 carries /);
        assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`, /hunter2/);
        return true;
      });
      assert.doesNotMatch(redactUrl(url), /hunter2/);
    }
  });

  test("parseEndpoint() tells the right scheme for http and https", () => {
    assert.throws(() => parseEndpoint("http://127.0.0.1:18789/x", flag), {
      code: "usage/bad-flag",
      message: "--url: a gateway URL starts with ws:// or wss://",
      hint: "write it as ws://127.0.0.1:18789/x",
    });
    assert.throws(() => parseEndpoint("https://gateway.example", variable), {
      code: "config/invalid",
      hint: "write it as wss://gateway.example/",
    });
  });

  test("parseEndpoint() helps with a host and a port alone", () => {
    for (const text of ["127.0.0.1:18789", "localhost:18789", "[::1]:18789", "my.host:1"]) {
      assert.throws(() => parseEndpoint(text, flag), { code: "usage/bad-flag", hint: `write it as ws://${text}` });
    }
  });

  test("parseEndpoint() refuses what is no URL of a gateway", () => {
    for (const text of ["", "gateway", "ws://", "ws://h:0", "ws://h:70000", "ftp://h", "javascript:1", "ws://a b"]) {
      assert.throws(() => parseEndpoint(text, variable), { code: "config/invalid" }, text);
    }
  });

  test("parseEndpoint() throws nothing but ClawError, and never repeats a planted secret, for any URL", () => {
    const planted = "s3cr3tPlanted";
    // No delimiters, so that the text stays in its place; tabs and line feeds are dropped by the URL parser.
    const part = fc.string({ unit: fc.constantFrom(..."aZ0-._~!$'()*+,;%é \t\n"), maxLength: 6 });
    const place = fc.constantFrom(
      ["ws://", "@host:1/"],
      ["wss://user:", "@host/"],
      ["wss:", "@host/"],
      ["ws:\\\\user:", "@host/"],
      ["http://user:", "@host/"],
      ["foo://user:", "@host/"],
      ["user:", "@host:1"],
      ["ws://host:1/?token=", ""],
      ["ws://host:1/?x=1&PASSWORD=", "&y=2"],
      ["ws://host:1/?tok%65n=", ""],
      ["ws://host:1/?auth=", "#x"],
      ["ws://host:1/#", ""],
      ["http://host:1/#token=", ""],
      ["wss://host:99999/?token=", ""],
      ["", ""],
    );
    fc.assert(
      fc.property(part, place, part, (before, [head, tail], after) => {
        const url = `${head}${before}${planted}${after}${tail}`;
        assert.throws(() => parseEndpoint(url, flag), (thrown) => {
          assert.ok(thrown instanceof ClawError, String(thrown));
          const { message, hint, details, cause } = thrown;
          const shown = `${redactUrl(url)} ${message} ${hint} ${JSON.stringify(details)} ${cause}`;
          assert.doesNotMatch(shown, new RegExp(planted, "i"), url);
          return true;
        });
      }),
      { numRuns: runs(1_000) },
    );
  });

  test("parseEndpoint() survives any text", () => {
    // Not `unit: "binary"`, the first of which takes a second to be made on a busy machine, or many.
    const unit = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
    const part = fc.oneof(fc.string(), fc.string({ unit }));
    const scheme = fc.constantFrom("ws", "wss", "http", "https", "mailto");
    const host = fc.oneof(part, fc.constantFrom("h.example", "u:p@h.example:1", "[::1]"));
    const likeUrl = fc.tuple(scheme, host, part).map(([name, where, rest]) => `${name}://${where}/${rest}`);
    fc.assert(fc.property(fc.oneof(part, likeUrl), (text) => {
      redactUrl(text);
      try {
        parseEndpoint(text, flag);
      } catch (thrown) {
        assert.ok(thrown instanceof ClawError, String(thrown));
      }
    }));
  });
});

test("redactUrl() masks secrets and keeps the rest", () => {
  assert.equal(
    redactUrl("wss://u:p@h.example:1/path?a=1&token=t&b=%20#frag"),
    "wss://***@h.example:1/path?a=1&token=***&b=%20#***",
  );
  assert.equal(redactUrl("ws://127.0.0.1:18789"), "ws://127.0.0.1:18789/");
  assert.equal(redactUrl("mailto:me:secret@h"), "mailto:***");
  assert.equal(redactUrl("just some words"), "(not a URL)");
});

describe("requireSafe()", () => {
  const judge = (url: string, isAllowed: boolean) => requireSafe(parseEndpoint(url, flag), flag, isAllowed);

  test("requireSafe() lets TLS and loopback pass", () => {
    for (const url of ["wss://gateway.example", "ws://127.0.0.1:1", "ws://localhost:1", "ws://[::1]:1"]) {
      judge(url, false);
    }
  });

  test("requireSafe() refuses plain text to a private network until it is allowed", () => {
    for (const url of ["ws://192.168.1.5:18789", "ws://100.100.1.1:18789", "ws://openclaw:18789", "ws://[fd00::1]:1"]) {
      assert.throws(() => judge(url, false), { code: "config/insecure-url", hint: /--allow-insecure-private$/ }, url);
      judge(url, true);
    }
  });

  test("requireSafe() refuses plain text to the world, allowed or not", () => {
    for (const url of ["ws://gateway.example:18789", "ws://8.8.8.8", "ws://gateway.local:1", "ws://0.0.0.0:1"]) {
      for (const isAllowed of [false, true]) {
        assert.throws(() => judge(url, isAllowed), { code: "config/insecure-url" }, url);
      }
    }
  });
});
