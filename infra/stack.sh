#!/bin/sh
# The parts of a deployment as processes of this machine, with the very files of infra/: PostgreSQL, redis-server, the relay, nginx with
# TLS, Prometheus. Only ports and folders are others: everything is on 127.0.0.1, on ports from PORT on, and in one temporary folder.
#
#   stack.sh                 until Ctrl+C
#   stack.sh COMMAND ...     until the command ends, which finds STACK_URL, STACK_PROMETHEUS, STACK_METRICS and STACK_CERTIFICATE
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
have nginx || install_packages nginx
have prometheus || install_packages prometheus
have redis-server || install_packages redis-server
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_packages postgresql
have openssl || install_packages openssl

base=${PORT:-8440}
https=$base http=$((base + 1)) relay=$((base + 2)) metrics=$((base + 3)) prometheus=$((base + 4))
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

mkdir "$work/postgres" "$work/secrets" "$work/prometheus"
chmod 755 "$work"
[ "$(id -u)" != 0 ] || chown postgres "$work/postgres"
as_postgres "$bin/initdb" -D "$work/postgres" -A trust -U duet --no-locale -E UTF8 --no-sync >"$work/postgres.log" 2>&1
as_postgres "$bin/pg_ctl" -D "$work/postgres" -l "$work/postgres/log" -w start \
  -o "-c listen_addresses= -c unix_socket_directories=$work/postgres -c fsync=off" >>"$work/postgres.log" 2>&1
say "PostgreSQL"

redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
started
until_ready "redis-server" redis-cli -s "$work/redis.sock" ping

# Secrets come out of files, as in containers.
echo "postgres://duet@localhost/postgres?host=$work/postgres" >"$work/secrets/database-url"
echo "unix:$work/redis.sock" >"$work/secrets/redis-url"
# What nginx adds to a request is believed only if it comes from here.
env -i PATH="$PATH" DATABASE_URL_FILE="$work/secrets/database-url" DUET_LISTEN="127.0.0.1:$relay" \
  DUET_METRICS_LISTEN="127.0.0.1:$metrics" DUET_DATABASE="$work/duet.db" DUET_TRUSTED_PROXIES=127.0.0.1 DUET_LOG_FORMAT=json \
  DUET_RATE_REGISTER=100 DUET_RATE_LOGIN=100 DUET_REDIS_URL_FILE="$work/secrets/redis-url" "$binary" >"$work/relay.log" 2>&1 &
started
until_ready "the relay" curl -fs "http://127.0.0.1:$relay/readyz"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$work/secrets/certificate-key.pem" -out "$work/secrets/certificate.pem" 2>/dev/null
cp -r infra/nginx "$work/duet"
echo "server 127.0.0.1:$relay;" >"$work/duet/upstream.conf"
# The same files; another user may have the ports that they name.
sed -i "s/listen 80;/listen 127.0.0.1:$http;/; s/listen 443 /listen 127.0.0.1:$https /" "$work"/duet/*.conf
printf 'pid %s/nginx.pid; error_log stderr; daemon off; events {} http { include duet/tls.conf; }\n' "$work" >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" >"$work/nginx.log" 2>&1 &
started
until_ready "nginx" curl -fs --cacert "$work/secrets/certificate.pem" "https://localhost:$https/api/config"

cp infra/prometheus/*.yml "$work/prometheus"
mkdir "$work/prometheus/targets"
echo "[{ \"targets\": [\"127.0.0.1:$metrics\"] }]" >"$work/prometheus/targets/relay.json"
[ -z "${SCRAPE_INTERVAL:-}" ] || sed -i "s/_interval: .*/_interval: $SCRAPE_INTERVAL/" "$work/prometheus/prometheus.yml"
prometheus --config.file="$work/prometheus/prometheus.yml" --storage.tsdb.path="$work/prometheus/data" \
  --storage.tsdb.retention.time=30d --web.listen-address="127.0.0.1:$prometheus" --log.level=warn >"$work/prometheus.log" 2>&1 &
started
until_ready "Prometheus" curl -fs "http://127.0.0.1:$prometheus/-/ready"

export STACK_URL="https://localhost:$https" STACK_PROMETHEUS="http://127.0.0.1:$prometheus"
export STACK_METRICS="http://127.0.0.1:$metrics/metrics" STACK_CERTIFICATE="$work/secrets/certificate.pem"
if [ $# -gt 0 ]; then
  "$@"
else
  say "Duet is on $STACK_URL (its certificate is its own), Prometheus on $STACK_PROMETHEUS; stop with Ctrl+C"
  wait
fi
