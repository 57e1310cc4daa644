/**
 * Words that no other event contains, so that a prompt can be told from all others.
 */
import process from "node:process";

let last = 0;

export function mark(): string {
  return `mark-${process.pid}-${++last}-end`;
}
