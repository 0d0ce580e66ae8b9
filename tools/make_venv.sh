#!/bin/sh
# Make the virtual environment $1 with $PYTHON, or say in one line what this machine lacks.
set -eu

lacks() {
    echo "rili needs $1" >&2
    exit 1
}

how="Debian, Ubuntu: apt-get install python3 python3-venv; Fedora: dnf install python3; macOS: brew install python"
command -v "$PYTHON" >/dev/null || lacks "Python 3.11 or newer, and there is no $PYTHON here ($how)"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    lacks "Python 3.11 or newer, and $PYTHON is $("$PYTHON" -V 2>&1): name a newer one, make PYTHON=python3.12 ($how)"
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    lacks "Python's venv, which $PYTHON comes without here (Debian, Ubuntu: apt-get install python3-venv)"
"$PYTHON" -m venv --clear "$1"
