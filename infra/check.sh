#!/bin/sh
# The fast lane: format, lint, types and unit tests of what differs from where this branch left main (or of everything,
# with ALL=1). What needs a browser, a database or a new WebAssembly module is for `make test`.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh

base=$(git merge-base HEAD "${BASE:-origin/main}" 2>/dev/null || git rev-parse HEAD)
changed=$({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u)
touched() { [ -n "${ALL:-}" ] || printf '%s\n' "$changed" | grep -qE "$1"; }

nothing=true
core='^(Cargo\.(toml|lock)|crypto-core/)'
if touched "$core"; then
  nothing=false
  say "core"
  cargo clippy --locked --quiet -p duet-crypto -p duet-primitives --all-targets -- -D warnings
  cargo test --locked --quiet -p duet-crypto -p duet-primitives --lib --test structure --test client
fi
if touched '^server/'; then
  nothing=false
  say "relay"
  cargo clippy --locked --quiet -p duet-relay --all-targets -- -D warnings
  cargo test --locked --quiet -p duet-relay --lib
fi
if touched '^wasm-bindings/(src|builder|subtle)/'; then
  nothing=false
  say "bindings"
  cargo clippy --locked --quiet -p duet-wasm -p duet-subtle -p duet-subtle-modern -p duet-wasm-builder --all-targets -- -D warnings
  cargo test --locked --quiet -p duet-wasm -p duet-subtle --lib
fi
if touched '\.rs$'; then cargo fmt --all --check; fi
if touched '^wasm-bindings/.*\.(ts|mjs|json)$'; then
  nothing=false
  say "package"
  (cd wasm-bindings && npm run --silent lint && npm run --silent typecheck)
fi
if touched '^web/'; then
  nothing=false
  say "messenger"
  (cd web && npm run --silent lint && npm run --silent typecheck && npx vitest run --changed "$base")
fi
if touched '\.md$'; then
  nothing=false
  say "documents"
  sh infra/lint/references.sh
fi
[ "$nothing" = false ] || say "nothing has changed since ${base%"${base#????????????}"} that this lane looks at"
