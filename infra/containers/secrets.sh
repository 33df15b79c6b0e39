#!/bin/sh
# Makes what the containers keep secret, once, readable by its owner alone: infra/containers/secrets/. What is there stays; to
# rotate one, see docs/operations/README.md.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
[ -s secrets/postgres-password ] || openssl rand -hex 24 >secrets/postgres-password
[ -s secrets/grafana-password ] || openssl rand -hex 24 >secrets/grafana-password
[ -s secrets/signing-key ] || openssl rand 32 | base64 | tr '+/' '-_' | tr -d '=' >secrets/signing-key
[ -s secrets/redis-password ] || openssl rand -hex 24 >secrets/redis-password
# Each byte by its number: a password that somebody chose may hold what an address is read by.
for_address() { tr -d '\n' | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; }
# Follows from the passwords.
{ printf 'postgres://duet:'; for_address <secrets/postgres-password; echo '@postgres/duet'; } >secrets/database-url
{ printf 'redis://:'; for_address <secrets/redis-password; echo '@redis/0'; } >secrets/redis-url
{ printf 'requirepass '; cat secrets/redis-password; } >secrets/redis-auth
# Relay, Redis and Grafana run as somebody else inside of their containers and have to read these; on the machine the folder is closed.
chmod 700 secrets
chmod 644 secrets/database-url secrets/redis-url secrets/redis-auth secrets/signing-key secrets/grafana-password
# For trying it: browsers will warn. Put your own certificate in its place.
[ -s secrets/certificate.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout secrets/certificate-key.pem -out secrets/certificate.pem 2>/dev/null
