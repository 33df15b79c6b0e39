#!/bin/sh
# The test vectors as one archive: the same commit gives the same bytes. FOLDER gets the archive and its SHA-256.
set -eu
cd "$(dirname "$0")/.."
folder=$1
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
name="duet-vectors-$version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

mkdir -p "$folder" "$work/$name"
git ls-files -z test-vectors docs/protocol.md LICENSE-APACHE LICENSE-MIT ':!test-vectors/generator' |
  xargs -0 cp --parents -t "$work/$name"
(cd "$work/$name" && find . -type f | LC_ALL=C sort | xargs sha256sum >"$work/sums" && mv "$work/sums" SHA256SUMS)
tar -C "$work" --sort=name --mtime='1970-01-01 00:00:00Z' --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' \
  -cf "$work/$name.tar" "$name"
gzip -9n <"$work/$name.tar" >"$folder/$name.tar.gz"
(cd "$folder" && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
