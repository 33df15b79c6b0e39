#!/bin/sh
# Checks the configuration files of infra/ with the programs that will read them: nginx, Prometheus, systemd where there is one. And what is
# calculated there.
set -eu
cd "$(dirname "$0")/.."
. infra/setup/lib.sh
have nginx || install_packages nginx
have promtool || install_packages prometheus
have amtool || install_packages prometheus-alertmanager

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cp -r infra/nginx "$work/duet"
# No name is looked up here; the containers' networks have them.
sed 's/server [a-z0-9-]*:/server 127.0.0.1:/' infra/containers/prod-upstream.conf >"$work/duet/upstream.conf"
mkdir "$work/secrets"
openssl req -x509 -newkey ed25519 -nodes -subj /CN=localhost -days 1 \
  -keyout "$work/secrets/certificate-key.pem" -out "$work/secrets/certificate.pem" 2>/dev/null
for face in plain tls; do
  say "nginx: $face.conf"
  printf 'pid %s/pid; error_log stderr; events {} http { include duet/%s.conf; }\n' "$work" "$face" >"$work/nginx.conf"
  nginx -q -t -p "$work" -c "$work/nginx.conf"
done

say "nginx: its log has the route of every request, and nothing else of its address"
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
sed -i "s/listen 80;/listen 127.0.0.1:$port;/" "$work/duet/plain.conf"
printf 'daemon off; pid %s/pid; error_log stderr crit; events {} http { include duet/plain.conf; }\n' "$work" >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" >"$work/access.log" 2>"$work/errors.log" &
nginx=$!
trap 'kill $nginx 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
until_ready "nginx" curl -s -o /dev/null "http://127.0.0.1:$port/"
sed -n 's/^ *\(get\|put\|post\|delete\) "\(\/[^"]*\)" .*/\2/p' server/src/routes.rs | sort -u >"$work/routes"
[ "$(wc -l <"$work/routes")" -ge 30 ] || fail "the routes of server/src/routes.rs are not found"
while read -r route; do
  path=$(echo "$route" | sed 's/{[a-z]*}/cAnArY-0123/g')
  curl -s -o /dev/null "http://127.0.0.1:$port$path?of=cAnArY-0123"
done <"$work/routes"
for path in cAnArY-0123 api/cAnArY-0123 api/identity/users/cAnArY-0123 api/reach/allowed/x/cAnArY-0123; do
  curl -s -o /dev/null "http://127.0.0.1:$port/$path"
  echo other >>"$work/routes"
done
kill "$nginx"
wait "$nginx" || :
# Before them something asked whether nginx is there.
sed -n '2,$s/.*"route":"\([^"]*\)".*/\1/p' "$work/access.log" >"$work/logged"
diff "$work/routes" "$work/logged" >&2 || fail "nginx logs other routes than the relay has (infra/nginx/common.conf)"
! grep -hi canary "$work/access.log" "$work/errors.log" || fail "nginx logs what an address holds"

say "prometheus: configuration and alerts"
promtool check config --lint=none infra/prometheus/prometheus.yml >/dev/null
promtool test rules infra/prometheus/alerts.test.yml

say "alertmanager: each alert has its receiver, and what hushes others is an alert"
amtool check-config infra/alertmanager/alertmanager.yml >/dev/null
sed -n 's/^ *labels: { severity: \([a-z]*\) }/\1/p' infra/prometheus/alerts.yml | sort -u >"$work/severities"
[ -s "$work/severities" ] || fail "the severities of infra/prometheus/alerts.yml are not found"
while read -r severity; do
  told=$(amtool config routes test --config.file=infra/alertmanager/alertmanager.yml "severity=$severity" 2>"$work/amtool") || { cat "$work/amtool"; exit 1; }
  [ "$told" = "$severity" ] || fail "an alert of severity $severity goes to $told"
done <"$work/severities"
grep -o 'Duet[A-Za-z]*' infra/alertmanager/alertmanager.yml | sort -u >"$work/hushed"
while read -r alert; do
  grep -q "alert: $alert\$" infra/prometheus/alerts.yml || fail "infra/alertmanager/alertmanager.yml names $alert, which is no alert"
done <"$work/hushed"

say "containers: every secret that they are given is made"
mkdir "$work/containers"
cp infra/containers/secrets.sh "$work/containers/"
sh "$work/containers/secrets.sh"
sed -n 's|.*file: \./\(secrets/[a-z-]*\).*|\1|p; s|.*- \./\(secrets/[a-z.-]*\):.*|\1|p' infra/containers/*.yml | sort -u >"$work/given"
[ "$(wc -l <"$work/given")" -ge 7 ] || fail "the secrets of infra/containers/*.yml are not found"
while read -r secret; do
  [ -s "$work/containers/$secret" ] || fail "infra/containers/secrets.sh does not make $secret"
done <"$work/given"

printf '%s\n' 'p@ss/w:rd%é#?' | tee "$work/containers/secrets/postgres-password" >"$work/containers/secrets/redis-password"
sh "$work/containers/secrets.sh"
python3 -c '
import sys, urllib.parse
read = [urllib.parse.urlsplit(open(f"{sys.argv[1]}/{name}-url").read().strip()) for name in ("database", "redis")]
read = [(url.hostname, url.path, url.username, urllib.parse.unquote(url.password)) for url in read]
sys.exit(read != [("postgres", "/duet", "duet", "p@ss/w:rd%é#?"), ("redis", "/0", "", "p@ss/w:rd%é#?")])
' "$work/containers/secrets" || fail "an address does not hold its password as it is (infra/containers/secrets.sh)"

say "containers: nginx and Prometheus are given every relay, and nothing else, by its name"
sed -n 's/^  \(relay-[0-9]*\):$/\1/p' infra/containers/prod.yml | sort >"$work/relays"
[ "$(wc -l <"$work/relays")" -ge 2 ] || fail "the relays of infra/containers/prod.yml are not found"
sed -n 's/^server \(.*\):8080;$/\1/p' infra/containers/prod-upstream.conf | sort | diff "$work/relays" - >&2 || fail "nginx balances over other relays"
grep -o '[a-z0-9-]*:9464' infra/prometheus/targets/relay.json | sed 's/:9464//' | sort | diff "$work/relays" - >&2 || fail "Prometheus asks other relays"

if have systemd-analyze; then
  say "systemd: the unit, and what it leaves open"
  # The program is not installed here; everything else that is wrong is an error.
  sed 's|^ExecStart=.*|ExecStart=/bin/true|' infra/systemd/duet-relay.service >"$work/duet-relay.service"
  systemd-analyze verify --man=no "$work/duet-relay.service"
  systemd-analyze security --offline=true --threshold=20 --no-pager "$work/duet-relay.service" >"$work/security" || { cat "$work/security"; exit 1; }
  mkdir "$work/nginx.service.d"
  cp infra/systemd/nginx.service.d/duet.conf "$work/nginx.service.d/"
  printf '[Service]\nExecStart=/bin/true\n' >"$work/nginx.service"
  systemd-analyze verify --man=no "$work/nginx.service" 2>"$work/drop-in"
  ! grep nginx "$work/drop-in" || exit 1
  say "systemd: the journal's settings are journald's, and it forgets after 30 days"
  journal=infra/systemd/journald@duet.conf
  # The file that systemd ships names every key there is. Of one that journald does not know it only warns, and keeps everything.
  sed -n 's/^\([A-Za-z]*\)=.*/\1/p' "$journal" | while read -r key; do
    systemd-analyze cat-config systemd/journald.conf | grep -q "^#\?$key=" || fail "journald has no setting $key"
  done
  kept=$(systemd-analyze timespan "$(sed -n 's/^MaxRetentionSec=//p' "$journal")" | sed -n 's/.*s: //p')
  [ "$kept" = $((30 * 24 * 3600 * 1000000)) ] || fail "the journal is kept for $kept microseconds, and not for 30 days"
  for unit in duet-relay.service nginx.service.d/duet.conf; do
    grep -qx 'LogNamespace=duet' "infra/systemd/$unit" || fail "$unit logs into another journal"
  done
else
  say "systemd: no systemd-analyze on this machine, so its unit is not checked"
fi

say "the model of growth: by hand, against a simulation, and as the document shows it"
node --test --test-reporter=dot infra/scaling/
