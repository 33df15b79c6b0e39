#!/bin/sh
# What every target needs: cargo, node, npm, a C compiler, and a way to compile Rust to WebAssembly.
set -eu
. "$(dirname "$0")/lib.sh"

have cargo || fail "cargo is missing: install Rust first (rustup, or Debian's cargo 1.94 or newer)"
have node || fail "node is missing: install Node.js 20.19 or newer"
have npm || fail "npm is missing: it comes with Node.js"
node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' \
  || fail "node $(node --version) is too old: 20.19 or newer is needed"
have cc || install_packages gcc libc6-dev

# .tool-versions has what the checks were last seen green with. Another version works from `rust-version` on; a lint or a
# compiled size may differ, so say it. (A rust-toolchain.toml would stop where only one toolchain can be had.)
pinned=$(sed -n 's/^rust //p' "$(dirname "$0")/../../.tool-versions")
found=$(rustc --version | cut -d' ' -f2)
[ "$found" = "$pinned" ] || say "rustc $found, where $pinned is what the checks were last seen green with"

# rustup's own wasm32 target where it can be had; Debian's compiler, which brings the sources of std, elsewhere.
target_installed() { have rustup && rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown; }
if ! target_installed; then
  if have rustup && timeout 60 rustup target add wasm32-unknown-unknown >/dev/null 2>&1 && target_installed; then
    say "added rustup's wasm32-unknown-unknown target"
  else
    install_packages rustc-web cargo-web rust-web-src lld-19
  fi
fi
