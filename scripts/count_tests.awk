# Adds up what test runners say at their end: prints "PASSED FAILED SKIPPED" for the text it reads. Deno counts a suite
# and each of its tests ("2 passed (11 steps)"): where there are steps, they are the tests. Bun says " 11 pass" on a line.
{ gsub(/\033\[[0-9;]*m/, "") }

/^(ok|FAILED) \| [0-9]+ passed/ {
  parts = split($0, part, "|")
  for (i = 2; i <= parts; i++) {
    split(part[i], word, " ")
    count = word[1]
    if (match(part[i], /\([0-9]+ steps?\)/)) {
      steps = substr(part[i], RSTART + 1) + 0
      if (steps > count) count = steps
    }
    if (word[2] == "passed") passed += count
    if (word[2] == "failed") failed += count
    if (word[2] == "ignored") skipped += count
  }
}

/^ *[0-9]+ pass$/ { passed += $1 }
/^ *[0-9]+ fail$/ { failed += $1 }
/^ *[0-9]+ (skip|todo)$/ { skipped += $1 }

END { print passed + 0, failed + 0, skipped + 0 }
