/**
 * Words for commands that a person may copy into a shell. Pure.
 */

/** An id as one word of a POSIX shell: a gateway may call its jobs anything. */
export function shellWord(text: string): string {
  return /^[\w:.@%+-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
