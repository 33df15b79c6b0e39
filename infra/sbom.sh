#!/bin/sh
# What a release is made of, in CycloneDX: relay.cdx.json from Cargo.lock, site.cdx.json from the messenger's package-lock.json. Without the
# time, the serial number and this folder's name, which would make each one another.
#
#   sbom.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
folder=$1
version=0.5.9
[ -x .build/tools/bin/cargo-cyclonedx ] || cargo install --quiet --locked --root .build/tools cargo-cyclonedx --version "$version"

# It writes beside each crate's Cargo.toml.
PATH="$PWD/.build/tools/bin:$PATH" cargo cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps --override-filename duet-sbom --manifest-path server/Cargo.toml
mv server/duet-sbom.json "$folder/relay.cdx.json"
git ls-files -z --others --exclude-standard -- '*duet-sbom.json' | xargs -0 -r rm -f
(cd web && npm sbom --omit dev --sbom-format cyclonedx --sbom-type application) >"$folder/site.cdx.json"
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  for (const path of process.argv.slice(1)) {
    const { serialNumber, ...bom } = JSON.parse(readFileSync(path, "utf8").replaceAll(process.cwd(), "/duet"));
    delete bom.metadata.timestamp;
    writeFileSync(path, `${JSON.stringify(bom, null, 2)}\n`);
  }' "$folder/relay.cdx.json" "$folder/site.cdx.json"
