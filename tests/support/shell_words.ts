/**
 * A command line split as a shell splits it: blanks, double and single quotes, backslashes. No variables, no globs.
 */
export function shellWords(line: string): readonly string[] {
  const pieces = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(\s+)/g;
  const words: string[] = [];
  let word: string | undefined;
  for (const [, double, single, escaped, bare, blank] of line.matchAll(pieces)) {
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + (double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? bare ?? "");
  }
  return word === undefined ? words : [...words, word];
}
