import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkSignature, signAdhoc } from "../../scripts/macho_sign.ts";

const codeLimit = 3 * 4096 + 100;

/** A Mach-O file with the three load commands that matter, and a signature that is zeros. */
function program(
  commands: readonly Uint8Array[] = [segment("__TEXT", 0, 8192), segment("__LINKEDIT", 8192, 4196), room()],
) {
  const file = new Uint8Array(codeLimit + 64).fill(7);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xfeedfacf, true);
  view.setUint32(16, commands.length, true);
  let at = 32;
  for (const command of commands) {
    file.set(command, at);
    at += command.length;
  }
  return file;
}

/** LC_SEGMENT_64. */
function segment(name: string, offset: number, bytes: number): Uint8Array {
  const command = new Uint8Array(72);
  const view = new DataView(command.buffer);
  view.setUint32(0, 0x19, true);
  view.setUint32(4, 72, true);
  command.set(new TextEncoder().encode(name), 8);
  view.setBigUint64(40, BigInt(offset), true);
  view.setBigUint64(48, BigInt(bytes), true);
  return command;
}

/** LC_CODE_SIGNATURE. */
function room(): Uint8Array {
  const command = new Uint8Array(16);
  const view = new DataView(command.buffer);
  view.setUint32(0, 0x1d, true);
  view.setUint32(4, 16, true);
  view.setUint32(8, codeLimit, true);
  view.setUint32(12, 64, true);
  return command;
}

describe("signAdhoc()", () => {
  it("signAdhoc() makes a signature that covers every page", () => {
    const check = checkSignature(signAdhoc(program(), "claw"));
    assert.deepEqual(check, { identifier: "claw", pages: 4, badPages: 0, coversFile: true });
  });

  it("signAdhoc() changes nothing but two load commands and the signature", () => {
    const before = program();
    const after = signAdhoc(before, "claw");
    const changed = [...before.subarray(0, codeLimit).keys()].filter((at) => before[at] !== after[at]);
    const linkEdit = 32 + 72;
    const signature = 32 + 72 + 72;
    assert.ok(changed.length > 0);
    assert.ok(
      changed.every((at) => at >= linkEdit + 32 && at < linkEdit + 56 || at >= signature + 12 && at < signature + 16),
    );
  });

  it("signAdhoc() makes the segment end where the file ends", () => {
    const after = signAdhoc(program(), "claw");
    const view = new DataView(after.buffer);
    assert.equal(
      Number(view.getBigUint64(32 + 72 + 40, true)) + Number(view.getBigUint64(32 + 72 + 48, true)),
      after.length,
    );
  });

  it("signAdhoc() signs a file that it signed before to the same bytes", () => {
    const once = signAdhoc(program(), "claw");
    assert.deepEqual(signAdhoc(once, "claw"), once);
  });

  it("signAdhoc() refuses what is no Mach-O file, or has no room for a signature", () => {
    assert.throws(() => signAdhoc(new TextEncoder().encode("#!/bin/sh\n"), "claw"), /not a thin 64-bit Mach-O/);
    assert.throws(() => signAdhoc(program([segment("__TEXT", 0, 8192)]), "claw"), /no room/);
  });
});

describe("checkSignature()", () => {
  it("checkSignature() counts each page that was changed after signing", () => {
    const file = signAdhoc(program(), "claw");
    file[4096 + 5] = 1;
    file[2 * 4096 + 5] = 1;
    assert.equal(checkSignature(file).badPages, 2);
  });

  it("checkSignature() tells a signature that ends short of the file's code", () => {
    const file = signAdhoc(program(), "claw");
    new DataView(file.buffer).setUint32(codeLimit + 20 + 32, codeLimit - 8);
    assert.equal(checkSignature(file).coversFile, false);
  });

  it("checkSignature() refuses a file without a signature", () => {
    assert.throws(() => checkSignature(program()), /no signature/);
  });
});
