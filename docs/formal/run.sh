#!/bin/sh
# Runs the models of this folder and compares every answer with jobs.txt.
#
#   run.sh                 all jobs (an hour, up to 9 GB)
#   run.sh quick           the jobs that take seconds
#   run.sh JOB...          these jobs
#   RECORD=1 run.sh ...    also writes results/JOB.txt
#   run.sh recorded        runs nothing: says for each job whether results/ has the answer of the model as it is now
#
# PROVERIF names the checker (default: proverif on the PATH). Without one nothing is run, and it is said so.
# TIMEOUT (seconds a job, default 3000) and MEMORY (KiB, default 9000000) bound a job.
set -u
cd "$(dirname "$0")" || exit 1
PROVERIF=${PROVERIF:-proverif}

if [ "${1:-}" != recorded ] && ! command -v "$PROVERIF" >/dev/null 2>&1; then
  echo "formal: NOT RUN, no model was checked: no $PROVERIF on this machine (docs/formal/README.md says how to get it)"
  exit 0
fi
command -v cpp >/dev/null 2>&1 || { echo "formal: cpp is needed as macro processor (Debian: cpp)" >&2; exit 1; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

# generate MODEL FLAG...: one ProVerif file on standard output. What "broken" gives away is a macro with an argument,
# which a -D flag of a job cannot be.
generate() {
  model=$1; shift
  dh='-DDHLEAK(x)='; kem='-DKEMLEAK(x)='
  for flag in "$@"; do
    case $flag in
      -DX25519_BROKEN) dh='-DDHLEAK(x)=out(c, x);' ;;
      -DMLKEM_BROKEN) kem='-DKEMLEAK(x)=out(c, x);' ;;
    esac
  done
  cpp -P -undef -nostdinc -I . "$dh" "$kem" "$@" "$model"
}

# fingerprint FILE: of what ProVerif reads in a generated file, without comments and white space.
fingerprint() {
  tr -d '\n' <"$1" | sed -e 's/(\*/\x01/g' -e 's/\*)/\x02/g' -e 's/\x01[^\x02]*\x02//g' | tr -d '[:space:]' | sha256sum | cut -c1-16
}

# verdicts FILE: one letter a query. Lines in brackets explain the one above.
verdicts() {
  sed -n -e '/^RESULT (/d' -e '/^RESULT .* is true\.$/s/.*/T/p' -e '/^RESULT .* is false\.$/s/.*/F/p' \
    -e '/^RESULT .* cannot be proved/s/.*/?/p' "$1" | tr -d '\n'
}

wanted() {
  [ $# -gt 2 ] || return 0
  name=$1; time=$2; shift 2
  for word in "$@"; do
    [ "$word" = all ] || [ "$word" = recorded ] || [ "$word" = "$name" ] || [ "$word" = "$time" ] && return 0
  done
  return 1
}

# recorded JOB EXPECTED: whether results/ has the answer of the model as it is now.
recorded() {
  if [ ! -f "results/$1.txt" ]; then echo "none      $1"
  elif ! grep -qx "model $(fingerprint "$work/$1.pv")" "results/$1.txt"; then echo "earlier   $1"
  elif [ "$(verdicts "results/$1.txt")" != "$2" ]; then echo "WRONG     $1"
  else echo "current   $1"
  fi
}

ran=0 failed=0
while IFS='|' read -r name time expected model flags; do
  case $name in '#'*|'') continue ;; esac
  name=${name%% *}; time=$(echo "$time" | tr -d ' '); expected=$(echo "$expected" | tr -d ' '); model=$(echo "$model" | tr -d ' ')
  wanted "$name" "$time" "$@" || continue
  # shellcheck disable=SC2086  # flags are words
  generate "$model" $flags >"$work/$name.pv" || exit 1
  ran=$((ran + 1))
  if [ "${1:-}" = recorded ]; then recorded "$name" "$expected"; continue; fi
  start=$(date +%s)
  (ulimit -v "${MEMORY:-9000000}"; exec timeout "${TIMEOUT:-3000}" nice -n 10 "$PROVERIF" "$work/$name.pv") >"$work/$name.log" 2>&1 </dev/null
  code=$?
  got=$(verdicts "$work/$name.log")
  seconds=$(($(date +%s) - start))
  if [ $code -eq 0 ] && [ "$got" = "$expected" ]; then
    printf 'ok    %-27s %-10s %ss\n' "$name" "$got" "$seconds"
  else
    failed=$((failed + 1))
    printf 'WRONG %-27s got %s, expected %s (exit %s)\n' "$name" "${got:-nothing}" "$expected" "$code"
    tail -n 5 "$work/$name.log"
  fi
  if [ -n "${RECORD:-}" ] && [ $code -eq 0 ]; then
    mkdir -p results
    { echo "$model$flags"; echo "model $(fingerprint "$work/$name.pv")"; grep '^RESULT' "$work/$name.log"; } >"results/$name.txt"
  fi
done <jobs.txt

if [ $ran -eq 0 ]; then echo "formal: no job of jobs.txt is named: $*" >&2; exit 1; fi
[ "${1:-}" != recorded ] || exit 0
echo "formal: $ran jobs run, $failed with another result than expected"
[ $failed -eq 0 ]
