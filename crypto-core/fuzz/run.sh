#!/bin/sh
# Fuzzes every target for some seconds, or merges what was found into the committed corpora.
#   sh run.sh 60            each target for a minute; what is new goes to target/corpus/
#   sh run.sh merge         the inputs of target/corpus/ that reach something new, as small as they are, to corpus/
set -eu
cd "$(dirname "$0")"
PATH="$PWD/../../.build/tools/bin:$PATH"

# libFuzzer's instrumentation is behind an unstable flag of a stable compiler. Without a sanitizer: there is no unsafe
# code here, and what the fuzzers look for are panics.
export RUSTC_BOOTSTRAP=1
what=${1:-60}

for file in fuzz_targets/*.rs; do
    target=$(basename "$file" .rs)
    mkdir -p "target/corpus/$target" "corpus/$target"
    if [ "$what" = merge ]; then
        cargo fuzz run --sanitizer none "$target" "corpus/$target" "target/corpus/$target" -- -merge=1 -max_len=4096
    else
        printf '==> %s\n' "$target"
        cargo fuzz run --sanitizer none "$target" "target/corpus/$target" "corpus/$target" -- \
            -max_total_time="$what" -max_len=4096 -timeout=30 -print_final_stats=1
    fi
done
