/**
 * Reads a text of the user's from a file: any file they may read, a pipe included, whose writer may be slow. Apart
 * from `files.ts` because the rules for claw's own files do not apply.
 */
import * as fs from "node:fs";
import { ClawError } from "../errors.ts";
import { osCodeOf } from "./files.ts";

/** Of more than that, no gateway takes a frame; and some input never ends. */
const mostBytes = 67_108_864;

/** The whole file as text. @throws ClawError `input/invalid` when it cannot be read, is too long or not UTF-8 */
export async function readInputFile(path: string): Promise<string> {
  return await gatherText(fs.createReadStream(path), path, "check the path");
}

/**
 * All of a stream as text.
 * @param name how errors call it
 * @param hint what to do when it cannot be read
 * @throws ClawError `input/invalid` when it cannot be read, is too long or not UTF-8
 */
export async function gatherText(stream: AsyncIterable<Uint8Array>, name: string, hint?: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) break;
    }
  } catch (cause) {
    const options = hint === undefined ? { cause } : { hint, cause };
    throw new ClawError("input/invalid", `cannot read ${name}: ${osCodeOf(cause)}`, options);
  }
  if (length > mostBytes) throw new ClawError("input/invalid", `${name} is longer than ${mostBytes} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(joined(chunks, length));
  } catch (cause) {
    throw new ClawError("input/invalid", `${name} is not UTF-8 text`, { hint: "convert it to UTF-8 first", cause });
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
