#!/bin/sh
# Whether a release can be built by anybody and be the same: builds this commit in two folders, of other names and depths, and compares.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
for copy in "$work/one" "$work/another/and/deeper"; do
  mkdir -p "$copy"
  git archive HEAD | tar -x -C "$copy"
  # The references between the files are asked of git.
  (cd "$copy" && git init --quiet && git add --all && make --no-print-directory release)
done
cmp "$work"/one/.build/release/*.tar.gz "$work"/another/and/deeper/.build/release/*.tar.gz || fail "two builds of one commit differ"
say "two builds of one commit are the same"
