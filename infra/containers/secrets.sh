#!/bin/sh
# Makes what develop.yml keeps secret, once, readable by its owner alone: infra/containers/secrets/.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
[ -s secrets/postgres-password ] || openssl rand -hex 24 >secrets/postgres-password
# The relay runs as somebody else inside of its container and has to read this one.
[ -s secrets/pgpass ] || { printf 'postgres:5432:duet:duet:%s\n' "$(cat secrets/postgres-password)" >secrets/pgpass && chmod 644 secrets/pgpass; }
