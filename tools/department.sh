#!/bin/sh
# Say where a copy of docs/integrators/node stands with its packages beside it, and make it: in .tools/department, since
# what is installed is no document. `path` in it names the folder of node and npm. Packages: once per change of the lock.
set -eu
node=$(sh tools/node.sh)
PATH="$node:$PATH"
export PATH
home=.tools/department
mkdir -p "$home"
cp docs/integrators/node/*.js docs/integrators/node/package.json docs/integrators/node/.npmrc "$home"
printf '%s\n' "$node" >"$home/path"
if ! cmp -s docs/integrators/node/package-lock.json "$home/package-lock.json" || [ ! -e "$home/node_modules/.package-lock.json" ]; then
    cp docs/integrators/node/package-lock.json "$home"
    (cd "$home" && npm ci --silent --ignore-scripts >&2)
fi
echo "$PWD/$home"
