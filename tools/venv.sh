#!/bin/sh
# Build .venv where it is missing, and install exactly what a lock file names: tools/venv.sh requirements.lock
set -eu
lock=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" || { echo "PYTHON=$PYTHON is not a Python >= 3.11" >&2; exit 1; }
        echo "$PYTHON"
        return
    fi
    for candidate in python3.13 python3.12 python3.11 python3; do
        if new_enough "$candidate"; then echo "$candidate"; return; fi
    done
    echo 'Yimen needs Python >= 3.11 (Debian 12, Ubuntu 24.04 or newer bring it); or name one: make PYTHON=/path/to/python' >&2
    exit 1
}

# Debian keeps venv's parts in a package of their own.
install_venv_module() {
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "$1 cannot build virtual environments: install the package $package (apt-get install $package) and try again" >&2
        exit 1
    fi
    echo "Installing $package ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null; } ||
        { echo "apt-get could not install $package; install it and try again" >&2; exit 1; }
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Building .venv with $("$python" --version) ..."
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv_module "$python"
    "$python" -m venv --clear .venv
fi

new_enough .venv/bin/python || { echo '.venv is older than Python 3.11: run "make clean" first' >&2; exit 1; }
echo "Installing the packages of $lock (once per change of that file) ..."
exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
