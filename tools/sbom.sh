#!/bin/sh
# Write what is inside as CycloneDX documents: the Python packages of each lock file, and the pages' npm packages.
# tools/sbom.sh [folder]; build/sbom where none is named. Nothing is fetched: the lock files say it all.
set -eu

folder=${1:-build/sbom}
mkdir -p "$folder"
for lock in requirements requirements-telemetry requirements-dev; do
    .venv/bin/cyclonedx-py requirements "$lock.lock" --pyproject pyproject.toml --output-reproducible --no-validate \
        --output-format JSON --output-file "$folder/$lock.cdx.json"
done
PATH="$(sh tools/node.sh):$PATH"
npm --prefix hall sbom --package-lock-only --sbom-format cyclonedx --sbom-type application >"$folder/hall.cdx.json"
echo "$folder: $(ls "$folder" | tr '\n' ' ')"
