#!/bin/sh
# What the tests need beyond base.sh: a browser, emoji to look at and fonts for the pictures, PostgreSQL (they start
# servers of their own, on no port), and Python for the independent verifier.
set -eu
. "$(dirname "$0")/lib.sh"

install_packages chromium fonts-noto-color-emoji fonts-roboto-unhinted fonts-paratype
have openssl || install_packages openssl
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_packages postgresql
have python3 || install_packages python3
python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv
