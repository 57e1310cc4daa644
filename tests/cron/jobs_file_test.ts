import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalOf } from "../../src/cron/definition.ts";
import { formatJob, formatJobs, parseJob, parseJobs } from "../../src/cron/jobs_file.ts";
import { asClawError } from "../../src/errors.ts";
import { escapeText } from "../../src/cli/escape.ts";
import { definitionFor } from "../support/definitions_arbitrary.ts";
import { fc } from "../support/property.ts";

/** What a text is refused for. */
function refusal(text: string): string {
  try {
    parseJobs(text, "jobs.yaml");
  } catch (thrown) {
    return asClawError(thrown).message;
  }
  return assert.fail("it was read");
}

const one = "name: a\nschedule: {kind: every, everyMs: 60000}\npayload: {kind: systemEvent, text: x}\n";
const read = {
  name: "a",
  schedule: { kind: "every", everyMs: 60_000 },
  sessionTarget: "main",
  payload: { kind: "systemEvent", text: "x" },
} as const;
const list = (job: string) =>
  job.trimEnd().split("\n").map((line, at) => `${at === 0 ? "- " : "  "}${line}\n`).join("");

describe("parseJobs()", () => {
  it("reads one job, a list, and a document with its version", () => {
    assert.deepEqual(parseJobs(one, "f"), [read]);
    assert.deepEqual(parseJobs(list(one), "f"), [read]);
    assert.deepEqual(parseJobs(`version: 1\njobs:\n${list(one)}`, "f"), [read]);
    assert.deepEqual(parseJobs(`jobs:\n${list(one)}`, "f"), [read]);
    assert.deepEqual(parseJobs("jobs: []", "f"), []);
    assert.deepEqual(parseJobs("[]", "f"), []);
  });

  it("reads JSON, indented by tabs too, and Windows line ends", () => {
    assert.deepEqual(parseJobs(JSON.stringify([read], null, "\t"), "f"), [read]);
    assert.deepEqual(parseJobs(one.replaceAll("\n", "\r\n"), "f"), [read]);
  });

  it("takes the session that fits the payload where none is named", () => {
    const turn = one.replace("kind: systemEvent, text", "kind: agentTurn, message");
    assert.equal(parseJob(turn, "f").sessionTarget, "isolated");
    assert.equal(parseJob(`${turn}sessionTarget: session:x`, "f").sessionTarget, "session:x");
  });

  it("takes an anchor for what it stands for", () => {
    const [first, second] = parseJobs(
      "- &x {name: a, schedule: &s {kind: every, everyMs: 5}, payload: {kind: systemEvent, text: x}}\n" +
        "- {name: b, schedule: *s, payload: {kind: systemEvent, text: y}}",
      "f",
    );
    assert.deepEqual(first?.schedule, second?.schedule);
  });

  const mistakes: readonly (readonly [text: string, message: RegExp])[] = [
    ["", /^jobs\.yaml:1: it is empty: no jobs are `jobs: \[\]`$/],
    ["# nothing\n", /:1: it is empty/],
    ["42", /:1: this is no job: write its name, schedule and payload$/],
    ["a: 1\na: 2", /^jobs\.yaml:2: Map keys must be unique/],
    [`${one}---\n${one}`, /^jobs\.yaml:4: a second document begins: write one list$/],
    [`${one}bogus: 1\n`, /^jobs\.yaml:4: job 'a': there is no member bogus$/],
    [`${one}enabled: yes\n`, /^jobs\.yaml:4: job 'a': enabled: "yes" is no boolean$/],
    [`${one}description:\n`, /^jobs\.yaml:4: job 'a': description: null is no string$/],
    [`${one}wakeMode: later\n`, /^jobs\.yaml:4: job 'a': wakeMode: "later" is not one of now, next-heartbeat$/],
    [list(one).replace("name: a\n  ", ""), /^jobs\.yaml:1: job 1: name is missing$/],
    [one.replace("60000", "0.5"), /^jobs\.yaml:2: job 'a': schedule\.everyMs: 0\.5 is no whole number$/],
    [one.replace("every,", "evry,"), /:2: job 'a': schedule\.kind: "evry" is not one of at, every, cron/],
    [one.replace("{kind: every, everyMs: 60000}", '{kind: cron, expr: "0 25 * * *"}'), /:2: .*schedule\.expr: '0 25/],
    [
      one.replace("{kind: every, everyMs: 60000}", "\n  kind: cron\n  expr: 0 9 * * *\n  tz: Mars/Base\n"),
      /^jobs\.yaml:5: job 'a': schedule\.tz: 'Mars\/Base' is not an IANA time zone$/,
    ],
    [
      one.replace("{kind: every, everyMs: 60000}", "{kind: at, at: 2026-11-23T09:00}"),
      /:2: .*schedule\.at: '2026-11-23T09:00' is no instant with an offset, like 2026-11-23T09:00:00\+01:00$/,
    ],
    [one.replace("{kind: every, everyMs: 60000}", "{kind: at, at: 2026-13-23T09:00Z}"), /is no instant/],
    [one.replace("text: x", "text: ' '"), /:3: job 'a': payload\.text is blank$/],
    [`${one}sessionTarget: isolated\n`, /:4: .*sessionTarget: isolated takes no systemEvent; main does$/],
    [list(one) + list(one), /^jobs\.yaml:4: the name 'a' stands on line 1 already$/],
    [
      list(`${one}declarationKey: k\n`) + list(`${one}declarationKey: k\n`.replace("name: a", "name: b")),
      /^jobs\.yaml:5: the declarationKey 'k' stands on line 1 already$/,
    ],
    ["version: 2\njobs: []", /^jobs\.yaml:1: this claw reads version 1 only$/],
    [
      "version: 1\njobs: {}\nmore: 1",
      /^jobs\.yaml:2: jobs must be a list; jobs\.yaml:3: there is no member more beside/,
    ],
    [
      one.replace("text: x", "text: !!binary eA=="),
      /^jobs\.yaml:3: the tag tag:yaml\.org,2002:binary has no meaning here/,
    ],
    [`? [x]\n: 1\n`, /^jobs\.yaml:1: the name of a member must be a text/],
    ["name: [", /^jobs\.yaml:1: Flow sequence/],
  ];
  for (const [text, message] of mistakes) {
    it(`refuses ${JSON.stringify(text).slice(0, 60)} as ${String(message).slice(0, 60)}`, () => {
      assert.match(refusal(text), message);
    });
  }

  it("tells several mistakes at once, each with its line, and all of them to programs", () => {
    const text = list(`${one}bogus: 1\nenabled: 1\n`) + list(one.replace("name: a", "name: b").replace("x}", "5}"));
    assert.equal(
      refusal(text),
      "jobs.yaml:4: job 'a': there is no member bogus; jobs.yaml:5: job 'a': enabled: 1 is no boolean; " +
        "jobs.yaml:8: job 'b': payload.text: 5 is no string",
    );
    const many = list(one + Array.from({ length: 9 }, (_, at) => `x${at}: 1\n`).join(""));
    assert.match(refusal(many), /x4; and 4 more mistakes$/);
    assert.throws(() => parseJobs(many, "f"), (thrown) => {
      const { details, hint } = asClawError(thrown);
      assert.equal((details["mistakes"] as unknown[]).length, 9);
      assert.equal(hint, "see how a file may look with `claw cron export`");
      return true;
    });
  });

  it("refuses aliases that stand for too much, and endless nesting", () => {
    const nine = (letter: string) => `[${Array.from({ length: 9 }, () => `*${letter}`).join(", ")}]`;
    const letters = ["b", "c", "d", "e", "f"];
    const bomb = `a: &a [x, x]\n${
      letters.map((name, at) => `${name}: &${name} ${nine("abcdef"[at] ?? "a")}\n`).join("")
    }`;
    assert.match(refusal(bomb), /^jobs\.yaml:1: its aliases stand for too much$/);
    assert.match(refusal(`${"[".repeat(1_000)}${"]".repeat(1_000)}`), /^jobs\.yaml:1: /);
  });

  it("reads or refuses whatever it is given, and never fails otherwise", () => {
    const pieces = fc.constantFrom(
      "name",
      ": ",
      "- ",
      "\n",
      "  ",
      "{",
      "}",
      "[",
      "]",
      "&a ",
      "*a",
      "!!map",
      "?",
      '"',
      "|",
    );
    fc.assert(fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (parts) => {
      try {
        parseJobs(parts.join(""), "f");
      } catch (thrown) {
        assert.equal(asClawError(thrown).code, "input/invalid", String(thrown));
      }
    }));
  });
});

describe("parseJob()", () => {
  it("refuses several, and none", () => {
    assert.throws(
      () => parseJob(list(one) + list(one.replace("name: a", "name: b")), "f"),
      /f:1: this must be one job/,
    );
    assert.throws(() => parseJob("[]", "f"), /f:1: this must be one job/);
  });
});

for (const format of ["yaml", "json"] as const) {
  describe(`formatJobs(), ${format}`, () => {
    it("is read again as it was, whatever the texts", () => {
      const definitions = fc.uniqueArray(fc.oneof(definitionFor(3), definitionFor(4)).map(normalOf), {
        selector: ({ name }) => name,
        maxLength: 4,
      });
      fc.assert(fc.property(definitions, (jobs) => {
        assert.deepEqual(parseJobs(formatJobs(jobs, format), "f"), jobs);
      }));
    });

    it("shows nothing that a terminal would act on, nor what reorders text", () => {
      fc.assert(fc.property(definitionFor(4), (definition) => {
        const text = formatJob(definition, format);
        assert.equal(escapeText(text), text);
        assert.deepEqual(parseJob(text, "f"), definition);
      }));
    });
  });
}

describe("formatJobs()", () => {
  it("is a file that people like to read", () => {
    const jobs = [
      { ...read, name: "on", schedule: { kind: "cron", expr: "0 9 * * 1-5", tz: "Europe/Berlin" } } as const,
      { ...read, sessionTarget: "isolated", payload: { kind: "agentTurn", message: "first\nsecond\n" } } as const,
    ];
    assert.equal(
      formatJobs(jobs, "yaml"),
      `version: 1
jobs:
  - name: "on"
    schedule:
      kind: cron
      expr: 0 9 * * 1-5
      tz: Europe/Berlin
    sessionTarget: main
    payload:
      kind: systemEvent
      text: x
  - name: a
    schedule:
      kind: every
      everyMs: 60000
    sessionTarget: isolated
    payload:
      kind: agentTurn
      message: |
        first
        second
`,
    );
  });
});
