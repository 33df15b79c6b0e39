#!/bin/sh
# Fails when a document names something that is not there: a relative link, a test (`file::name`) or a model (`formal: job`).
set -eu
cd "$(dirname "$0")/../.."
missing=0
miss() {
  echo "$1: $2 does not exist" >&2
  missing=1
}

for page in $(git ls-files '*.md'); do
  folder=$(dirname "$page")
  for link in $(grep -oE '\]\([^) ]+\)' "$page" | sed -E 's/^\]\(//; s/\)$//; s/#.*//' | grep -vE '^[a-z]+:|^$' || true); do
    [ -e "$folder/$link" ] || miss "$page" "$link"
  done
done

for page in docs/*.md docs/operations/*.md docs/security/*.md; do
  for test in $(grep -oE '`[A-Za-z0-9_./-]+\.(rs|ts)::[a-z0-9_]+`' "$page" | tr -d '\140'); do
    grep -qE "fn ${test##*::}\(" "${test%%::*}" 2>/dev/null || miss "$page" "$test"
  done
  for file in $(grep -oE '`(crypto-core|wasm-bindings|server|web|test-vectors)/[A-Za-z0-9_./-]+\.(rs|ts|tsx|json|spec\.ts)`' "$page" | tr -d '\140'); do
    [ -e "$file" ] || miss "$page" "$file"
  done
  for job in $(grep -oE 'formal: [^|·]*' "$page" | grep -oE '`[a-z0-9-]+`' | tr -d '\140'); do
    grep -qE "^$job +\|" docs/formal/jobs.txt || miss "$page" "formal: $job"
  done
done
exit "$missing"
