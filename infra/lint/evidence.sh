#!/bin/sh
# Says how often what a page of docs/evidence/ covers has changed since the commit that the page names ("Covers FOLDERS at commit HASH"). That
# is no failure: long runs are not repeated for every change. A page that names none, or one that is not in this history, is.
set -eu
cd "$(dirname "$0")/../.."
shallow=$(git rev-parse --is-shallow-repository)
failed=0
wrong() {
  echo "$1" >&2
  failed=1
}

for page in $(git ls-files 'docs/evidence/*.md' ':!docs/evidence/README.md'); do
  line=$(grep -xE 'Covers [A-Za-z0-9_./ -]+ at commit [0-9a-f]{8,40}[.,].*' "$page") ||
    { wrong "$page does not say what it covers, and at which commit"; continue; }
  commit=$(echo "$line" | sed -E 's/.* at commit ([0-9a-f]+).*/\1/')
  covered=$(echo "$line" | sed -E 's/^Covers (.*) at commit .*/\1/')
  for path in $covered; do
    [ -e "$path" ] || wrong "$page covers $path, which does not exist"
  done
  if ! git merge-base --is-ancestor "$commit" HEAD 2>/dev/null; then
    if [ "$shallow" = true ]; then
      echo "$page: commit $commit is before what this shallow copy of the history has"
    else
      wrong "$page names commit $commit, which is not in this history"
    fi
    continue
  fi
  # Documents are not what was run.
  # shellcheck disable=SC2086  # a list of words, on purpose
  changes=$(git rev-list --count "$commit..HEAD" -- $covered ':!*.md')
  [ "$changes" = 0 ] || echo "$page is older than what it covers: $changes commits have touched it since $commit"
done
exit "$failed"
