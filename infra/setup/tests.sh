#!/bin/sh
# What the tests need beyond base.sh: two browsers, emoji to look at and fonts for the pictures, PostgreSQL and Redis (they
# start servers of their own), and Python for the independent verifier.
set -eu
. "$(dirname "$0")/lib.sh"

install_packages chromium firefox-esr fonts-noto-color-emoji fonts-roboto-unhinted fonts-paratype
have openssl || install_packages openssl
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_packages postgresql
have redis-server || install_packages redis-server
have python3 || install_packages python3
python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv
