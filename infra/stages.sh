#!/bin/sh
# Runs make targets one after the other, says how long each took, and stops at the first that fails.
#
#   stages.sh lint test-rust      (make test)
set -u
cd "$(dirname "$0")/.." || exit 1
summary="" begin=$(date +%s)

lasted() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
report() {
  printf '\n\033[1m==>\033[0m %-16s %s\n' "stage" "minutes"
  printf '%b' "$summary"
  printf '    %-16s %s\n' together "$(lasted $(($(date +%s) - begin)))"
}

for stage do
  started=$(date +%s)
  ${MAKE:-make} --no-print-directory "$stage" && result=passed || result=FAILED
  summary="$summary$(printf '    %-16s %s  %s' "$stage" "$(lasted $(($(date +%s) - started)))" "$result")\n"
  [ "$result" = passed ] || { report; exit 1; }
done
report
