#!/bin/sh
# Fuzzes targets for some seconds, or merges what was found into the committed corpora.
#   sh run.sh 60                    each target for a minute; what is new goes to target/corpus/
#   sh run.sh 3600 meeting people   these targets only
#   sh run.sh merge                 the inputs of target/corpus/ that reach something new, as small as they are, to corpus/
set -eu
cd "$(dirname "$0")"
PATH="$PWD/../../.build/tools/bin:$PATH"

# libFuzzer's instrumentation is behind an unstable flag of a stable compiler. Without a sanitizer: there is no unsafe
# code here, and what the fuzzers look for are panics. `--release` leaves the checks to the profiles of Cargo.toml.
export RUSTC_BOOTSTRAP=1
export RUSTC_WRAPPER="$PWD/rustc.sh"
what=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- $(basename -s .rs fuzz_targets/*.rs)

for target do
    # Longer than any script is read: see the targets' bounds.
    case $target in
        conversation | prekey_conversation) length=642 ;;
        meeting | transfer) length=193 ;;
        clients) length=194 ;;
        people | clocks) length=1024 ;;
        *) length=4096 ;;
    esac
    mkdir -p "target/corpus/$target" "corpus/$target"
    if [ "$what" = merge ]; then
        cargo fuzz run --release --sanitizer none "$target" "corpus/$target" "target/corpus/$target" -- \
            -merge=1 -use_counters=0 -max_len="$length"
    else
        printf '==> %s\n' "$target"
        cargo fuzz run --release --sanitizer none "$target" "target/corpus/$target" "corpus/$target" -- \
            -max_total_time="$what" -max_len="$length" -timeout=30 -print_final_stats=1
    fi
done
