#!/bin/sh
# Fails when a file of the repository holds what looks like a secret of somebody's (the forms that keys and tokens of the usual services have),
# or names a folder of a machine. Vectors and fuzzing corpora are made of keys and not looked at. (detect-secrets finds the same, in
# half a minute instead of a second.)
set -eu
cd "$(dirname "$0")/../.."
found=0

look() {
  what=$1 pattern=$2
  shift 2
  if git grep -nIE -e "$pattern" -- . ':!test-vectors' ':!crypto-core/fuzz' ':!*/fixtures/*' ':!infra/lint/secrets.sh' "$@"; then
    echo "these lines look like $what" >&2
    found=1
  fi
}

look 'a private key' '-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----'
look 'a key of a cloud' '(AKIA|ASIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}'
look 'a token of a forge, a registry or a chat' '(gh[pousr]_|glpat-|npm_|xox[abprs]-|pypi-)[0-9A-Za-z_-]{20,}'
look 'a token that somebody signed' 'eyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.'
# What the documents and tests write in the place of a password.
look 'a password in an address' '[a-z]+://[^/ "{}<>$:]+:[^/ "@{}<>$]+@' ':!server/tests' ':!docs/operations/README.md' \
  ':!server/src/config.rs' ':!server/src/store/error.rs'
look 'a folder of a machine' '(^|[^A-Za-z.])/(root|home/[a-z]+|Users/[A-Za-z]+)/' ':!infra/containers/Dockerfile'
exit "$found"
