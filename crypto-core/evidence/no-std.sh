#!/bin/sh
# Builds the core for a Cortex-M4, a target that has no std at all: what compiles there is no_std + alloc, dependencies
# included. Uses rustup's target where it can be had, and elsewhere Debian's compiler, which brings the sources of core
# and alloc (the same choice as for WebAssembly, infra/setup/base.sh). TOOLCHAIN=debian forces the second way.
set -eu
cd "$(dirname "$0")/../.."
. infra/setup/lib.sh

target=thumbv7em-none-eabihf
output=${CARGO_TARGET_DIR:-target}/no-std

installed() { have rustup && rustup target list --installed 2>/dev/null | grep -qx "$target"; }
addable() { have rustup && timeout 120 rustup target add "$target" >/dev/null 2>&1 && installed; }

if [ "${TOOLCHAIN:-}" != debian ] && { installed || addable; }; then
  # The control: std must not be there, or the build below shows nothing.
  if echo 'pub use std::vec::Vec;' | rustc --target "$target" --crate-type lib --emit metadata -o /dev/null - 2>/dev/null; then
    fail "$target has a std: it proves nothing about no_std"
  fi
  cargo build --locked --quiet --package duet-crypto --lib --target "$target" --target-dir "$output"
  how="rustup's $target"
else
  install_packages rustc-web cargo-web rust-web-src
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --locked --quiet --package duet-crypto --lib \
    --target "$target" --target-dir "$output" -Zbuild-std=core,alloc
  how="core and alloc built from Debian's sources"
fi
say "no_std: the core builds for $target ($how)"
