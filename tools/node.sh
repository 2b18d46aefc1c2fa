#!/bin/sh
# Say in which folder node and npm are, and bring them where they are missing: PATH="$(sh tools/node.sh):$PATH"
# Node.js comes from Debian, or, where there is none or it is too old for Vite, from its PyPI wheel, beside .venv.
set -eu

new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

found=$(command -v node || true)
if [ -n "$found" ] && command -v npm >/dev/null && new_enough "$found"; then
    dirname "$found"
    exit 0
fi
if ! .tools/node/bin/node --version >/dev/null 2>&1; then
    echo 'Fetching Node.js for the pages (once) ...' >&2
    .venv/bin/python -m venv .tools/node >&2
    .tools/node/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock >&2
fi
echo "$PWD/.tools/node/bin"
