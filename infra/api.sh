#!/bin/sh
# Asks a relay for everything that its description of the API promises, and for what it does not (schemathesis): no answer may be a 5xx, and none
# may be one that the description does not have. EXAMPLES (default 60) for each operation and phase.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
venv="$PWD/.build/api"
[ -x "$venv/bin/schemathesis" ] || {
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check schemathesis==4.32.5
}
binary=$(realpath "${DUET_RELAY:-target/debug/duet-relay}")
port=${PORT:-8460}
url="http://127.0.0.1:$port"
work=$(mktemp -d)
env -i PATH="$PATH" DUET_LISTEN="127.0.0.1:$port" DUET_METRICS_LISTEN=off DUET_DATABASE="$work/duet.db" DUET_LOG_FORMAT=json \
  DUET_RATE_LOGIN=100000 DUET_RATE_REGISTER=100000 DUET_RATE_REQUESTS=100000 DUET_RATE_SEARCH=100000 DUET_LOGIN_PATIENCE=60 "$binary" >"$work/relay.log" 2>&1 &
relay=$!
trap 'kill $relay 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
until_ready "the relay" curl -fs "$url/readyz"
secret=$(openssl rand 32 | base64 | tr '+/' '-_' | tr -d '=\n')
token=$(curl -fs "$url/api/auth/register" -H "Origin: $url" -H 'Content-Type: application/json' \
  -d "{\"username\":\"somebody\",\"loginSecret\":\"$secret\"}" | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
# Ending all sessions would end the one that asks; it has tests of its own.
# What it writes beside its report goes with the rest.
cd "$work"
"$venv/bin/schemathesis" run "$url/api/openapi.json" --no-color --generation-database none --max-examples "${EXAMPLES:-60}" \
  --header "Authorization: Bearer $token" --header "Origin: $url" --suppress-health-check all --request-timeout 60 \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-operation-id deleteAuthSessions --exclude-operation-id postAuthRevoke --exclude-operation-id postAuthLogout
