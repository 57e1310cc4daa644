/**
 * An ad-hoc signature for a thin 64-bit Mach-O file, as Apple's linker makes one, and a check of such a signature.
 * Bun leaves its vendor's signature in the x64 runtime that it extends, so that the page hashes no longer fit and macOS
 * kills the program; on arm64 it signs anew, under its own name. An ad-hoc signature says nothing of who made the file:
 * it is no notarisation. Sources: XNU's `bsd/sys/codesign.h` and `EXTERNAL_HEADERS/mach-o/loader.h`.
 */
import { createHash } from "node:crypto";

const magic64 = 0xfeedfacf;
const segment64Command = 0x19;
const signatureCommand = 0x1d;
const superBlobMagic = 0xfade0cc0;
const codeDirectoryMagic = 0xfade0c02;
/** The version of the code directory that has the fields of the executable segment. */
const codeDirectoryVersion = 0x20400;
/** CS_ADHOC and CS_LINKER_SIGNED. */
const adhocFlags = 0x20002;
const mainBinaryFlag = 1;
const sha256Type = 2;
const codeDirectoryBytes = 88;
const superBlobBytes = 20;
const hashBytes = 32;
const pageBytes = 4096;
/** Both architectures: segments are padded to the larger page size, arm64's. */
const segmentAlignment = 0x4000;

interface Layout {
  /** Offset of LC_CODE_SIGNATURE: `dataoff` stands at +8, `datasize` at +12. */
  readonly signatureAt: number;
  /** Offset of the segment command of `__LINKEDIT`, in which the signature stands last. */
  readonly linkEditAt: number;
  readonly textOffset: number;
  readonly textBytes: number;
  /** Where the signature starts, which is how much of the file is signed. */
  readonly codeLimit: number;
}

/** What a signature covers, and how much of it is wrong. */
export interface SignatureCheck {
  readonly identifier: string;
  readonly pages: number;
  /** Pages whose hash differs from the recorded one. */
  readonly badPages: number;
  /** Whether the signed part ends where the signature starts: macOS refuses the file otherwise. */
  readonly coversFile: boolean;
}

/**
 * The same program with an ad-hoc signature under `identifier` in place of the one it has.
 * @throws Error when it is not a thin 64-bit Mach-O file with room for a signature
 */
export function signAdhoc(file: Uint8Array, identifier: string): Uint8Array {
  const layout = readLayout(file);
  const name = new TextEncoder().encode(`${identifier}\0`);
  const pages = Math.ceil(layout.codeLimit / pageBytes);
  const signatureBytes = superBlobBytes + codeDirectoryBytes + name.length + pages * hashBytes;
  const paddedBytes = align(signatureBytes, 16);
  const signed = new Uint8Array(layout.codeLimit + paddedBytes);
  signed.set(file.subarray(0, layout.codeLimit));
  const view = viewOf(signed);
  view.setUint32(layout.signatureAt + 12, paddedBytes, true);
  const linkEditBytes = signed.length - Number(view.getBigUint64(layout.linkEditAt + 40, true));
  view.setBigUint64(layout.linkEditAt + 48, BigInt(linkEditBytes), true);
  view.setBigUint64(layout.linkEditAt + 32, BigInt(align(linkEditBytes, segmentAlignment)), true);
  writeSuperBlob(signed.subarray(layout.codeLimit), signatureBytes);
  writeCodeDirectory(signed.subarray(layout.codeLimit + superBlobBytes), layout, name, pages);
  // Last, since the pages hold the load commands that were changed above.
  const hashesAt = layout.codeLimit + superBlobBytes + codeDirectoryBytes + name.length;
  for (let page = 0; page < pages; page++) {
    signed.set(hashOf(signed, page, layout.codeLimit), hashesAt + page * hashBytes);
  }
  return signed;
}

/** Hashes every page of a signed Mach-O file anew and compares. @throws Error when there is no SHA-256 signature */
export function checkSignature(file: Uint8Array): SignatureCheck {
  const { codeLimit } = readLayout(file);
  const view = viewOf(file);
  if (view.getUint32(codeLimit) !== superBlobMagic) throw new Error("no signature where the load command says");
  const directoryAt = codeLimit + view.getUint32(codeLimit + 16);
  if (view.getUint32(directoryAt) !== codeDirectoryMagic) throw new Error("the signature has no code directory");
  if (view.getUint8(directoryAt + 37) !== sha256Type) throw new Error("the signature's hashes are not SHA-256");
  const hashesAt = directoryAt + view.getUint32(directoryAt + 16);
  const nameAt = directoryAt + view.getUint32(directoryAt + 20);
  const pages = view.getUint32(directoryAt + 28);
  const signedBytes = view.getUint32(directoryAt + 32);
  let badPages = 0;
  for (let page = 0; page < pages; page++) {
    const recorded = file.subarray(hashesAt + page * hashBytes, hashesAt + (page + 1) * hashBytes);
    if (!hashOf(file, page, signedBytes).equals(recorded)) badPages += 1;
  }
  const identifier = new TextDecoder().decode(file.subarray(nameAt, file.indexOf(0, nameAt)));
  return { identifier, pages, badPages, coversFile: signedBytes === codeLimit };
}

function readLayout(file: Uint8Array): Layout {
  const view = viewOf(file);
  if (file.length < 32 || view.getUint32(0, true) !== magic64) throw new Error("not a thin 64-bit Mach-O file");
  let signatureAt: number | undefined;
  let linkEditAt: number | undefined;
  let text = { offset: 0, bytes: 0 };
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--, at += view.getUint32(at + 4, true)) {
    const command = view.getUint32(at, true);
    if (command === signatureCommand) signatureAt = at;
    if (command !== segment64Command) continue;
    const name = new TextDecoder().decode(file.subarray(at + 8, at + 24)).replace(/\0.*$/, "");
    if (name === "__LINKEDIT") linkEditAt = at;
    if (name === "__TEXT") {
      text = { offset: Number(view.getBigUint64(at + 40, true)), bytes: Number(view.getBigUint64(at + 48, true)) };
    }
  }
  if (signatureAt === undefined || linkEditAt === undefined) throw new Error("no room for a signature in this file");
  const codeLimit = view.getUint32(signatureAt + 8, true);
  return { signatureAt, linkEditAt, textOffset: text.offset, textBytes: text.bytes, codeLimit };
}

/** The signature's envelope, with one entry: the code directory. All its numbers are big-endian. */
function writeSuperBlob(target: Uint8Array, signatureBytes: number): void {
  const view = viewOf(target);
  view.setUint32(0, superBlobMagic);
  view.setUint32(4, signatureBytes);
  view.setUint32(8, 1);
  view.setUint32(12, 0);
  view.setUint32(16, superBlobBytes);
}

/** What is signed, and how; the hashes that follow the name are filled in by the caller. */
function writeCodeDirectory(target: Uint8Array, layout: Layout, name: Uint8Array, pages: number): void {
  const view = viewOf(target);
  view.setUint32(0, codeDirectoryMagic);
  view.setUint32(4, codeDirectoryBytes + name.length + pages * hashBytes);
  view.setUint32(8, codeDirectoryVersion);
  view.setUint32(12, adhocFlags);
  view.setUint32(16, codeDirectoryBytes + name.length);
  view.setUint32(20, codeDirectoryBytes);
  view.setUint32(28, pages);
  view.setUint32(32, layout.codeLimit);
  view.setUint8(36, hashBytes);
  view.setUint8(37, sha256Type);
  view.setUint8(39, Math.log2(pageBytes));
  view.setBigUint64(64, BigInt(layout.textOffset));
  view.setBigUint64(72, BigInt(layout.textBytes));
  view.setBigUint64(80, BigInt(mainBinaryFlag));
  target.set(name, codeDirectoryBytes);
}

function hashOf(file: Uint8Array, page: number, codeLimit: number) {
  const bytes = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, codeLimit));
  return createHash("sha256").update(bytes).digest();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
