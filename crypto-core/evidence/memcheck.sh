#!/bin/sh
# Memory checks. The core itself forbids unsafe code; what is looked at here is what its dependencies do in its name.
#
# 1. valgrind's memcheck over the unit tests and the published vectors: invalid reads and writes, use of uninitialised
#    memory, leaks ("definitely lost"). Half an hour: the primitives run 20 to 50 times slower.
# 2. Miri over the tests that finish in minutes under an interpreter (codecs, padding, files, relay), where the machine
#    has it (rustup component add miri --toolchain nightly). Handshakes under Miri take hours: they are not run.
set -eu
cd "$(dirname "$0")/../.."
. infra/setup/lib.sh
install_packages valgrind

# The path of the test program of `cargo test ARGUMENTS`.
program() {
  cargo test --locked --quiet "$@" --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1
}

# One thread: valgrind runs one at a time anyway, and a report then stands beside its test.
check() {
  say "memcheck: $1"
  valgrind --quiet --tool=memcheck --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    "$2" --test-threads=1 --quiet
}

check "unit tests" "$(program --package duet-crypto --lib)"
check "published vectors" "$(program --package duet-primitives --test published)"
check "published vectors of files" "$(program --package duet-crypto --test cobblestone)"

if have rustup && rustup component list --toolchain nightly --installed 2>/dev/null | grep -q '^miri'; then
  say "Miri: unit tests, without handshakes"
  cargo +nightly miri test --locked --quiet --package duet-crypto --lib -- \
    bytes:: padding:: labels:: limits:: error:: relay:: fingerprint::
else
  say "Miri: NOT RUN, this machine has none (rustup component add miri --toolchain nightly)"
fi
