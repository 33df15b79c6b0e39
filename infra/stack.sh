#!/bin/sh
# The parts of a deployment as processes of this machine, with the very files of infra/: PostgreSQL, redis-server, two relays, nginx with
# TLS, Prometheus, Alertmanager. Only ports and folders are others: everything is on 127.0.0.1, on ports from PORT on, and in one temporary folder.
#
#   stack.sh                 until Ctrl+C
#   stack.sh COMMAND ...     until the command ends, which finds STACK_URL, STACK_PROMETHEUS, STACK_METRICS (of each
#                            relay, with spaces between) and STACK_CERTIFICATE
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
have nginx || install_packages nginx
have prometheus || install_packages prometheus
have prometheus-alertmanager || install_packages prometheus-alertmanager
have redis-server || install_packages redis-server
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_packages postgresql
have openssl || install_packages openssl

base=${PORT:-8440}
https=$base http=$((base + 1)) prometheus=$((base + 4)) alertmanager=$((base + 5))
relays="1 2"
port_of() { echo $((base + 8 + 2 * $1)); }
metrics_of() { echo $((base + 9 + 2 * $1)); }
binary=${DUET_RELAY:-target/debug/duet-relay}
[ -x "$binary" ] || fail "$binary is not built"
binary=$(realpath "$binary")
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")

work=$(mktemp -d)
pids=""
stop() {
  trap - EXIT
  # Newest first: what others lean on goes last.
  for pid in $pids; do kill "$pid" 2>/dev/null || :; done
  for pid in $pids; do wait "$pid" 2>/dev/null || :; done
  as_postgres "$bin/pg_ctl" -D "$work/postgres" -m immediate stop >/dev/null 2>&1 || :
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

started() { pids="$! $pids"; }
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

mkdir "$work/postgres" "$work/secrets" "$work/prometheus" "$work/data"
chmod 755 "$work"
[ "$(id -u)" != 0 ] || chown postgres "$work/postgres"
as_postgres "$bin/initdb" -D "$work/postgres" -A trust -U duet --no-locale -E UTF8 --no-sync >"$work/postgres.log" 2>&1
as_postgres "$bin/pg_ctl" -D "$work/postgres" -l "$work/postgres/log" -w start \
  -o "-c listen_addresses= -c unix_socket_directories=$work/postgres -c fsync=off" >>"$work/postgres.log" 2>&1
say "PostgreSQL"

openssl rand -hex 24 >"$work/secrets/redis-password"
echo "requirepass $(cat "$work/secrets/redis-password")" >"$work/secrets/redis-auth"
sed "s|/run/secrets|$work/secrets|" infra/redis/redis.conf >"$work/redis.conf"
redis-server "$work/redis.conf" --port 0 --unixsocket "$work/redis.sock" --dir "$work" >"$work/redis.log" 2>&1 &
started
pong() { REDISCLI_AUTH=$(cat "$work/secrets/redis-password") redis-cli -s "$work/redis.sock" ping | grep -q PONG; }
until_ready "redis-server" pong

# Secrets come out of files, as in containers.
echo "postgres://duet@localhost/postgres?host=$work/postgres" >"$work/secrets/database-url"
echo "redis+unix://$work/redis.sock?pass=$(cat "$work/secrets/redis-password")" >"$work/secrets/redis-url"
openssl rand 32 | base64 | tr '+/' '-_' | tr -d '=' >"$work/secrets/signing-key"
chmod 600 "$work/secrets/signing-key"
# One after the other: the first one brings the database forward. What nginx adds to a request is believed only if it comes from here.
for node in $relays; do
  env -i PATH="$PATH" DATABASE_URL_FILE="$work/secrets/database-url" DUET_REDIS_URL_FILE="$work/secrets/redis-url" \
    DUET_SIGNING_KEY_FILE="$work/secrets/signing-key" DUET_LISTEN="127.0.0.1:$(port_of "$node")" \
    DUET_METRICS_LISTEN="127.0.0.1:$(metrics_of "$node")" DUET_DATABASE="$work/data/duet.db" DUET_TRUSTED_PROXIES=127.0.0.1 \
    DUET_LOG_FORMAT=json DUET_RATE_REGISTER=100 DUET_RATE_LOGIN=100 "$binary" >"$work/relay-$node.log" 2>&1 &
  started
  until_ready "relay $node" curl -fs "http://127.0.0.1:$(port_of "$node")/readyz"
done
[ -z "$(ls "$work/data")" ] || fail "a relay with PostgreSQL and keys of its own wrote into its folder"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$work/secrets/certificate-key.pem" -out "$work/secrets/certificate.pem" 2>/dev/null
cp -r infra/nginx "$work/duet"
for node in $relays; do echo "server 127.0.0.1:$(port_of "$node");"; done >"$work/duet/upstream.conf"
# The same files; another user may have the ports that they name.
sed -i "s/listen 80;/listen 127.0.0.1:$http;/; s/listen 443 /listen 127.0.0.1:$https /" "$work"/duet/*.conf
printf 'pid %s/nginx.pid; error_log stderr; daemon off; events {} http { include duet/tls.conf; }\n' "$work" >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" >"$work/nginx.log" 2>&1 &
started
until_ready "nginx" curl -fs --cacert "$work/secrets/certificate.pem" "https://localhost:$https/api/config"

prometheus-alertmanager --config.file=infra/alertmanager/alertmanager.yml --storage.path="$work/alertmanager" --cluster.listen-address= \
  --web.listen-address="127.0.0.1:$alertmanager" --log.level=warn >"$work/alertmanager.log" 2>&1 &
started
until_ready "Alertmanager" curl -fs "http://127.0.0.1:$alertmanager/-/ready"

cp infra/prometheus/*.yml "$work/prometheus"
mkdir "$work/prometheus/targets"
for node in $relays; do
  echo "[{ \"targets\": [\"127.0.0.1:$(metrics_of "$node")\"], \"labels\": { \"instance\": \"relay-$node\" } }]" >"$work/prometheus/targets/relay-$node.json"
done
echo "[{ \"targets\": [\"127.0.0.1:$alertmanager\"] }]" >"$work/prometheus/targets/alertmanager.json"
[ -z "${SCRAPE_INTERVAL:-}" ] || sed -i "s/_interval: .*/_interval: $SCRAPE_INTERVAL/" "$work/prometheus/prometheus.yml"
prometheus --config.file="$work/prometheus/prometheus.yml" --storage.tsdb.path="$work/prometheus/data" \
  --storage.tsdb.retention.time=30d --web.listen-address="127.0.0.1:$prometheus" --log.level=warn >"$work/prometheus.log" 2>&1 &
started
until_ready "Prometheus" curl -fs "http://127.0.0.1:$prometheus/-/ready"

export STACK_URL="https://localhost:$https" STACK_PROMETHEUS="http://127.0.0.1:$prometheus"
STACK_METRICS=""
for node in $relays; do STACK_METRICS="$STACK_METRICS http://127.0.0.1:$(metrics_of "$node")/metrics"; done
export STACK_METRICS STACK_CERTIFICATE="$work/secrets/certificate.pem"
if [ $# -gt 0 ]; then
  "$@"
else
  say "Duet is on $STACK_URL (its certificate is its own), Prometheus on $STACK_PROMETHEUS; stop with Ctrl+C"
  wait
fi
