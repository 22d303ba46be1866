#!/bin/sh
# Makes the four environment files of deploy/compose.yaml beside this script, with passwords made at random.
# Files that are there already are left alone: to change a password, change it in PostgreSQL too.
set -eu
umask 077
cd "$(dirname "$0")"

if [ -e postgres.env ] || [ -e valkey.env ] || [ -e linli.env ] || [ -e owner.env ]; then
    echo "deploy/env already holds environment files; nothing was changed." >&2
    exit 1
fi

secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

superuser=$(secret) owner=$(secret) app=$(secret) valkey=$(secret)

cat >postgres.env <<END
POSTGRES_PASSWORD=$superuser
LINLI_OWNER_PASSWORD=$owner
LINLI_APP_PASSWORD=$app
END
cat >valkey.env <<END
VALKEY_PASSWORD=$valkey
END
cat >linli.env <<END
LINLI_MODE=production
DATABASE_URL=postgresql://linli_app:$app@postgres:5432/linli
REDIS_URL=redis://:$valkey@valkey:6379/0
LINLI_TOKEN_KEYS=first:$(secret)
LINLI_VAULT_KEYS=first:$(secret)
LINLI_INDEX_SECRET=$(secret)
LINLI_PROXIES=1
LINLI_QR_KEYS=1:$(secret)
END
cat >owner.env <<END
DATABASE_OWNER_URL=postgresql://linli_owner:$owner@postgres:5432/linli
END
echo "Made postgres.env, valkey.env, linli.env and owner.env in deploy/env, readable for you only. Keep a copy in a safe."
