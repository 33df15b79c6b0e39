# Shared by the scripts: how to say what is going on, to install a Debian package once, and to wait for a process that was started.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf '\033[31merror:\033[0m %s\n' "$*" >&2; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else fail "root is needed for: $* (no sudo here; run it by hand and start again)"
  fi
}

# install_packages PACKAGE...: installs what is missing, and only that.
install_packages() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  have apt-get || fail "please install:$missing (no apt-get on this machine)"
  say "installing Debian packages:$missing"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  # shellcheck disable=SC2086  # a list of words, on purpose
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# until_ready NAME COMMAND ...: runs the command until it succeeds, for half a minute at most. What the processes logged into $work says
# why one of them never did.
until_ready() {
  name=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { tail -n 20 "$work"/*.log >&2; fail "$name does not answer"; }
    sleep 0.1
  done
  say "$name"
}

# The version that all crates have.
workspace_version() { sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml; }

# pack WORK NAME FOLDER: the folder WORK/NAME as FOLDER/NAME.tar.gz with its SHA-256, each file's own among its files. The same files give
# the same bytes.
pack() {
  (cd "$1/$2" && find . -type f | LC_ALL=C sort | xargs sha256sum >"$1/sums" && mv "$1/sums" SHA256SUMS)
  tar -C "$1" --sort=name --mtime='1970-01-01 00:00:00Z' --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' -cf "$1/$2.tar" "$2"
  gzip -9n <"$1/$2.tar" >"$3/$2.tar.gz"
  (cd "$3" && sha256sum "$2.tar.gz" | tee "$2.tar.gz.sha256")
}
