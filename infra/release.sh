#!/bin/sh
# A release: the relay with the site inside, as one static program for any Linux of this architecture, with what an operator needs beside
# it, as one archive and its SHA-256 in FOLDER. The same commit gives the same bytes, in whatever folder it is built: release-twice.sh.
#
#   release.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
folder=$1
version=$(workspace_version)
architecture=$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# musl where rustup has its target; else glibc, linked statically: since 2.34 it resolves names without libraries of the machine.
target="$architecture-unknown-linux-musl"
if have rustup && timeout 120 rustup target add "$target" >/dev/null 2>&1; then
  have musl-gcc || install_packages musl-tools
else
  target="$architecture-unknown-linux-gnu"
fi

# Neither this folder nor the home of cargo shows in the program.
remapped="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$(rustc --print sysroot)=rust --remap-path-prefix=$PWD=duet"
say "compiling for $target"
RUSTFLAGS="$remapped -C target-feature=+crt-static" CFLAGS="-ffile-prefix-map=$PWD=duet -ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=cargo" \
  CARGO_TARGET_DIR="$PWD/target/dist" cargo build --release --locked --quiet -p duet-relay --target "$target"
relay="target/dist/$target/release/duet-relay"

name="duet-relay-$version-$architecture-linux"
mkdir -p "$folder" "$work/$name/sbom"
cp "$relay" LICENSE-APACHE LICENSE-MIT infra/env.example "$work/$name/"
for part in systemd nginx redis prometheus alertmanager grafana; do cp -r "infra/$part" "$work/$name/"; done
"$relay" site-manifest >"$work/$name/site-manifest.json"
say "what it is made of (CycloneDX)"
sh infra/sbom.sh "$work/$name/sbom"
pack "$work" "$name" "$folder"
