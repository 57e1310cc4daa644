/**
 * Names of jobs in one sentence, however many there are: `'a', 'b' and 3 more`. Pure.
 */

const shownNames = 10;

/** @param names how each is called; those beyond the first ten are counted */
export function nameList(names: readonly string[]): string {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : "";
  return `${names.slice(0, shownNames).join(", ")}${more}`;
}
