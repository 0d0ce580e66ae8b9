#!/bin/sh
# Write requirements/*.txt anew: newest releases, every file hashed, no line that names where they came from.
# Indexes, find-links and constraints configured on this machine are left out of it.
set -eu

unset PIP_CONSTRAINT PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_INDEX_URL
unset UV_CONSTRAINT UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_INDEX UV_INDEX_URL
export PIP_CONFIG_FILE=/dev/null

"$PYTHON" -m venv build/lock
build/lock/bin/python -m pip --disable-pip-version-check -q install "$UV"

compile() {
    build/lock/bin/uv pip compile --no-config --universal --python-version 3.11 --upgrade --generate-hashes \
        --no-emit-index-url --no-header --quiet "$@" >/dev/null
}
compile requirements/build.in -o requirements/build.txt
compile pyproject.toml -o requirements/runtime.txt
compile pyproject.toml --group dev -c requirements/runtime.txt -c requirements/build.txt \
    --overrides requirements/overrides.in -b requirements/build.txt -o requirements/dev.txt
