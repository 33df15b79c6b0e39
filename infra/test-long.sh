#!/bin/sh
# What takes longer than a gate may: every formal model, fuzzing, repetition on a busy machine, memory checks, mutation tests.
#
#   test-long.sh                  every part, some hours
#   test-long.sh formal fuzz      these parts
#
# Each part writes docs/evidence/PART.md: the commit it ran on, the machine, how long it took, and what it printed last. A part
# that fails writes that too, and the run fails. SECONDS_EACH (default 60) is what a fuzzer gets, ROUNDS (default 20) how often
# the tests are repeated and relays, Redis and lines broken, INPUTS (default 100000) how many random clients the relay meets, FILES what `make mutants` changes (default:
# the ratchet and the client).
set -u
cd "$(dirname "$0")/.." || exit 1
. infra/setup/lib.sh

# Without the checker nothing would be run, and that is no pass.
formal() {
  have "${PROVERIF:-proverif}" || { echo "no ProVerif on this machine: docs/formal/README.md says how to get it"; return 1; }
  sh docs/formal/run.sh
}

# What a fuzzer says is long; whether all of them passed must not get lost with the rest.
fuzz() {
  passed=0
  sh crypto-core/fuzz/run.sh "${SECONDS_EACH:-60}" >"$log.raw" 2>&1 || passed=1
  grep -E '^==>|stat::number_of_executed_units|ERROR|panicked|SUMMARY' "$log.raw"
  rm -f "$log.raw"
  return "$passed"
}

memcheck() { sh crypto-core/evidence/memcheck.sh; }

mutants() { make --no-print-directory mutants FILES="${FILES:-crypto-core/src/session/*.rs crypto-core/src/client/**/*.rs}"; }

# Random clients against the relay; relays, Redis and the lines between them that break amid messages; then ten thousand people who
# say nothing beside two hundred pairs who do.
relay() {
  DUET_FUZZ="${INPUTS:-100000}" cargo test --locked --quiet --release --package duet-relay --test it -- --ignored || return 1
  DUET_ROUNDS="${ROUNDS:-20}" cargo test --locked --quiet --release --package duet-relay --test it -- nodes_broken \
    --nocapture --test-threads=1 || return 1
  cargo run --locked --quiet --release --package duet-relay --example load -- --servers relay --idle 10000 --pairs 200 --rounds 1
}

# beside_two_loops COUNT NAME COMMAND...: runs the command again and again beside two busy loops. What fails once in fifty runs is
# broken.
beside_two_loops() {
  rounds="$1" name="$2" round=0 failed=0
  shift 2
  sh -c 'while :; do :; done' & first=$!
  sh -c 'while :; do :; done' & second=$!
  while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    "$@" || failed=$((failed + 1))
  done
  kill "$first" "$second"
  echo "$name: $failed of $round rounds failed"
  [ "$failed" -eq 0 ]
}

# The tests of core and relay.
stress() {
  cargo test --locked --quiet --package duet-crypto --package duet-relay --no-run || return 1
  beside_two_loops "${ROUNDS:-20}" "core and relay" cargo test --locked --quiet --package duet-crypto --package duet-relay
}

# The messenger's unit tests, and its end-to-end tests (a quarter as often: they take as long as all else).
stress_web() {
  make --no-print-directory site docs || return 1
  [ -n "${DUET_RELAY:-}" ] || cargo build --locked --quiet --package duet-relay || return 1
  beside_two_loops "${ROUNDS:-20}" "unit tests" npm test --silent --prefix web || return 1
  beside_two_loops "$(((${ROUNDS:-20} + 3) / 4))" "end to end" npm run --silent test:e2e --prefix web
}

# Every operation of the HTTP API as its description says, and as it does not.
api() {
  [ -n "${DUET_RELAY:-}" ] || cargo build --locked --quiet --package duet-relay || return 1
  sh infra/api.sh
}

# The packed package in every place that it is meant for, each installed from its lock file.
everywhere() { make --no-print-directory test-everywhere; }

# Two releases of this commit, built in two folders, are the same bytes.
release() { sh infra/release-twice.sh; }

# Every row of the messenger with everybody on the WebAssembly engine; `make test` takes what the browser has, but where a test is about engines.
wasm() {
  make --no-print-directory site docs || return 1
  [ -n "${DUET_RELAY:-}" ] || cargo build --locked --quiet --package duet-relay || return 1
  DUET_E2E_ENGINE=wasm npm run --silent test:e2e --prefix web
}

# The messenger through the real intervals: a relay that is away for half a minute, a browser that sleeps for a minute and a half,
# a line that dies without a word. `make test` lives through the same five times faster.
life() {
  make --no-print-directory site || return 1
  [ -n "${DUET_RELAY:-}" ] || cargo build --locked --quiet --package duet-relay || return 1
  (cd web && DUET_REAL_TIME=1 npm run --silent test:e2e -- life.spec)
}

# What a part says something about: the page names it, and `make lint` says how often it was changed since (infra/lint/evidence.sh).
covers() {
  case $1 in
    formal) echo docs/formal docs/protocol.md ;;
    fuzz | memcheck | mutants) echo crypto-core ;;
    api) echo server ;;
    relay | stress) echo crypto-core server ;;
    everywhere) echo crypto-core wasm-bindings ;;
    release | life | stress_web | wasm) echo crypto-core wasm-bindings server web ;;
    *) fail "no part is called $1" ;;
  esac
}

commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain --untracked-files=no -- . ':!docs/evidence')" ] || commit="$commit, with changes that are not committed"
machine="$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
mkdir -p docs/evidence
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT INT TERM
status=0
[ $# -gt 0 ] || set -- formal fuzz relay api release everywhere stress stress_web memcheck mutants life wasm
for part do
  covered=$(covers "$part") || exit 1
  say "$part"
  begun=$(date +%s)
  if "$part" >"$log" 2>&1; then outcome=passed; else outcome=FAILED; status=1; fi
  minutes=$((($(date +%s) - begun + 59) / 60))
  {
    echo "# $part: $outcome"
    echo
    echo "Written by \`make test-long PARTS=$part\` on $(date -u +%Y-%m-%d); $minutes minutes on $machine."
    echo
    echo "Covers $covered at commit $commit."
    echo
    echo '```'
    # Colours and the machine's own paths are nobody's business.
    sed -e 's/\x1b\[[0-9;]*m//g' -e "s|$PWD/||g" "$log" | tail -n 120
    echo '```'
  } >"docs/evidence/$part.md"
  say "$part: $outcome ($minutes min), docs/evidence/$part.md"
done
exit "$status"
