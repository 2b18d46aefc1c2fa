#!/bin/sh
# Build the hall's pages into hall/dist: locked packages, types from the committed OpenAPI documents, bundles, type check.
set -eu
node=$(sh tools/node.sh)
PATH="$node:$PATH"
export PATH
cd hall
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo 'Installing the packages of hall/package-lock.json (once per change of that file) ...'
    npm ci --silent --ignore-scripts
    touch node_modules/.package-lock.json
fi
echo 'Building the pages ...'
npm run --silent build
