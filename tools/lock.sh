#!/bin/sh
# Write requirements.lock, requirements-telemetry.lock (the same with the extra), requirements-dev.lock and requirements-node.lock from pyproject.toml: hashes, every supported Python, no index addresses.
# Pins that still fit are kept; tools/lock.sh --upgrade takes the newest.
set -eu

if [ ! -x .tools/bin/uv ]; then
    .venv/bin/python -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check uv
fi

# uv does not read pip's configuration; where pip has an index of its own, uv uses the same.
index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi

compile() {
    .tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@" pyproject.toml
}
compile "$@" -o requirements.lock
compile "$@" --extra telemetry -c requirements.lock -o requirements-telemetry.lock
compile "$@" --extra telemetry --group dev -c requirements.lock -o requirements-dev.lock

# Node.js stands apart: only machines without it need it.
.tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@" \
    --group node -o requirements-node.lock
