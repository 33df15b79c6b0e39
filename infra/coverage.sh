#!/bin/sh
# Which lines of the relay its tests run, on SQLite: HTML in .build/coverage/html, a table by module here. Fails when the accounts' module has less
# than GOAL per cent of its lines (default 97.8). TESTS='sessions lockout' runs those whose names have one of these words.
#
# With the compiler's own instruments and no tool around them, because only this workspace is compiled again: cargo-llvm-cov compiles some
# three hundred crates of others a second time.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh

# What reads the counters has to be of the compiler's LLVM: rustup's own where it can be had, Debian's of the same number elsewhere.
of_rustup() { ls -d "$(rustc --print sysroot)"/lib/rustlib/*/bin 2>/dev/null; }
if ! [ -x "$(of_rustup)/llvm-cov" ] && have rustup; then timeout 300 rustup component add llvm-tools >/dev/null 2>&1 || true; fi
if [ -x "$(of_rustup)/llvm-cov" ]; then
  tools=$(of_rustup)
else
  number=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  install_packages "llvm-$number"
  tools="/usr/lib/llvm-$number/bin"
fi

work="$PWD/.build/coverage"
rm -rf "$work"
mkdir -p "$work/raw" "$work/build"
say "compiling the relay with counters"
# Programs of the build have counters, too, and nobody asks what they counted.
RUSTC_WORKSPACE_WRAPPER="$PWD/infra/coverage-rustc.pl" LLVM_PROFILE_FILE="$work/build/%p.profraw" \
  cargo test --locked --quiet --workspace --lib --bins --test it --no-run --message-format=json >"$work/build.json"
programs=$(node infra/coverage.mjs programs "$work/build.json")

say "the relay's tests"
for program in $programs; do
  case $program in
    # shellcheck disable=SC2086  # a list of words, on purpose
    */deps/*) (cd server && LLVM_PROFILE_FILE="$work/raw/%p-%m.profraw" "$program" --quiet ${TESTS:-}) ;;
  esac
done
# What a test starts without an environment counts into the folder where it runs.
find server -maxdepth 1 -name 'default_*.profraw' -exec mv {} "$work/raw/" ';'
find "$work/raw" -name '*.profraw' -size +0 >"$work/raw.txt"
"$tools/llvm-profdata" merge --sparse --failure-mode=all --input-files="$work/raw.txt" -o "$work/relay.profdata" 2>"$work/merge.log" ||
  { cat "$work/merge.log"; exit 1; }

# shellcheck disable=SC2046,SC2086  # lists of words, on purpose
set -- --instr-profile="$work/relay.profdata" $(for program in $programs; do echo "--object=$program"; done) --sources "$PWD/server/src"
"$tools/llvm-cov" show "$@" --format=html --output-dir="$work/html" --project-title='The relay of Duet' 2>/dev/null
"$tools/llvm-cov" export "$@" --summary-only >"$work/summary.json" 2>/dev/null
node infra/coverage.mjs table "$work/summary.json" "${GOAL:-97.8}"
say "$work/html/index.html"
