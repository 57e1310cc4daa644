/**
 * Words for commands that a person may copy into a shell. Pure.
 */

/** An id, an address or a path as one word of a POSIX shell: a gateway may call its jobs anything. */
export function shellWord(text: string): string {
  return /^[\w:./@%+-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
