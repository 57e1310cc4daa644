import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { createScratchFile, runEditor } from "../../src/platform/editor.ts";
import { ClawError } from "../../src/errors.ts";
import { itWhen } from "../support/it_when.ts";

const name = () => `claw-test-${crypto.randomUUID()}.yaml`;

describe("createScratchFile()", () => {
  it("holds the text, for its owner alone, until it is discarded", () => {
    const { path, discard } = createScratchFile("some text", name());
    assert.equal(readFileSync(path, "utf8"), "some text");
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    discard();
    assert.equal(existsSync(path), false);
    discard();
  });

  it("never writes into a file that is there", () => {
    const taken = name();
    const { path, discard } = createScratchFile("first", taken);
    assert.throws(() => createScratchFile("second", taken), (error) => {
      assert.ok(error instanceof ClawError && error.code === "store/io");
      return true;
    });
    assert.equal(readFileSync(path, "utf8"), "first");
    discard();
  });
});

describe("runEditor()", () => {
  const obstacle = process.platform === "win32" ? "these are commands of a Unix shell" : undefined;
  itWhen(obstacle, "hands over the path as one argument, whatever is in it", async () => {
    const { path, discard } = createScratchFile("", name().replace(".yaml", " $HOME '\"x.yaml"));
    assert.equal(await runEditor("printf changed >", path), 0);
    assert.equal(readFileSync(path, "utf8"), "changed");
    discard();
  });

  itWhen(obstacle, "tells how the editor ended, or that there is none", async () => {
    assert.equal(await runEditor("exit 3;", "x"), 3);
    assert.equal(await runEditor("kill -TERM $$;", "x"), 1);
    assert.equal(await runEditor("no-such-editor-anywhere 2>/dev/null", "x"), 127);
  });

  itWhen(obstacle, "leaves Ctrl-C to the editor while it is open", async () => {
    let heard = 0;
    const listener = () => void heard++;
    process.once("SIGINT", listener);
    const editing = runEditor("true", "x");
    // Test runners take a real signal for themselves.
    process.emit("SIGINT");
    assert.equal(await editing, 0);
    assert.equal(heard, 0);
    assert.ok(process.listeners("SIGINT").includes(listener), "claw hears it again afterwards");
    process.off("SIGINT", listener);
  });
});
