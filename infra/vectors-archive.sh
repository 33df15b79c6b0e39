#!/bin/sh
# The test vectors as one archive: the same commit gives the same bytes. FOLDER gets the archive and its SHA-256.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
folder=$1
name="duet-vectors-$(workspace_version)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

mkdir -p "$folder" "$work/$name"
git ls-files -z test-vectors docs/protocol.md LICENSE-APACHE LICENSE-MIT ':!test-vectors/generator' |
  xargs -0 cp --parents -t "$work/$name"
pack "$work" "$name" "$folder"
