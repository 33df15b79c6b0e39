#!/bin/sh
# In the place of rustc (RUSTC_WRAPPER): coverage of what is ours, and full speed for what is not. Counting every branch
# of the curves, of ML-KEM and of the hashes shows a fuzzer nothing that it could steer by, and takes most of its time.
set -eu
rustc=$1
shift
case " $* " in
    *" --crate-name duet_crypto"* | *" --crate-name duet_primitives "*) exec "$rustc" "$@" ;;
esac
for argument do
    shift
    case $argument in
        -Cpasses=sancov-module | -Cllvm-args=-sanitizer-coverage-*) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec "$rustc" "$@"
