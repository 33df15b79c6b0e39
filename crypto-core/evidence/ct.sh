#!/bin/sh
# No branch and no table look-up of the core depends on a secret: crypto-core/ct under valgrind's memcheck.
# What is covered and what deviates by design: ct/src/main.rs and evidence/ct.supp.
set -eu
cd "$(dirname "$0")/../.."
. infra/setup/lib.sh

if [ "$(uname -sm)" != "Linux x86_64" ]; then
  say "ct: NOT RUN: the check knows how to talk to valgrind on x86-64 Linux only"
  exit 0
fi
install_packages valgrind
say "ct: building the cases"
output=${CARGO_TARGET_DIR:-target}/ct
cargo build --locked --quiet --release --manifest-path crypto-core/ct/Cargo.toml --target-dir "$output"
say "ct: running them under valgrind"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if valgrind --tool=memcheck --error-limit=no --undef-value-errors=yes --leak-check=no --num-callers=30 \
  --suppressions=crypto-core/evidence/ct.supp --log-file="$log" "$output/release/duet-crypto-ct"; then
  say "ct: no branch or look-up depends on a secret, but for those of crypto-core/evidence/ct.supp"
else
  grep -v '^==[0-9]*== *$' "$log" | head -n "${CT_LINES:-120}"
  fail "ct: see above"
fi
