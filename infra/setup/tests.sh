#!/bin/sh
# What the tests need beyond base.sh: a browser, emoji to look at, and Python for the independent verifier.
set -eu
. "$(dirname "$0")/lib.sh"

install_packages chromium fonts-noto-color-emoji
have python3 || install_packages python3
python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv
