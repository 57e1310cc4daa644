/**
 * A stand-in for libsecret's `secret-tool`, which needs a desktop's keyring: entries are files. It has that tool's words
 * and numbers: exit 1 and silence for an entry that is not there. A file `broken` in its folder makes it fail.
 */
import { mkdirSync, writeFileSync } from "node:fs";

const script = `#!/bin/sh
folder="$(dirname "$0")/../keychain"
if [ -e "$folder/broken" ]; then echo "secret-tool: Cannot create an item in a locked collection" >&2; exit 1; fi
verb="$1"; shift
case "$1" in --label=*) shift ;; esac
[ "$1 $2 $3" = "service claw account" ] || exit 2
case "$verb" in
  lookup) [ -f "$folder/$4" ] || exit 1; cat "$folder/$4" ;;
  store) cat > "$folder/$4" ;;
  clear) rm -f "$folder/$4" ;;
  *) exit 2 ;;
esac
`;

/** Puts it into a directory. @returns variables by which it is found; what it keeps stands in the folder `keychain` */
export function fakeSecretTool(home: string): Readonly<Record<string, string>> {
  for (const name of ["bin", "keychain"]) mkdirSync(`${home}/${name}`);
  writeFileSync(`${home}/bin/secret-tool`, script, { mode: 0o755 });
  return { PATH: `${home}/bin:/usr/bin:/bin` };
}
