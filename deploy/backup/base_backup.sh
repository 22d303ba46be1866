#!/bin/sh
# A base backup of the whole server, while it runs, into FOLDER/base-<time>. Once a night:
#   deploy/backup/base_backup.sh /var/backups/linli
# Where and as whom stands in psql's variables (PGHOST, PGPORT, PGUSER, PGPASSFILE); the role needs REPLICATION.
set -eu
folder=${1:?"usage: base_backup.sh FOLDER"}
name=base-$(date -u +%Y%m%dT%H%M%SZ)

umask 077
rm -rf "$folder/$name.making"
pg_basebackup --no-password --pgdata "$folder/$name.making" --format tar --gzip --wal-method stream --checkpoint fast
sync "$folder/$name.making"
# A backup under its final name is whole.
mv "$folder/$name.making" "$folder/$name"
echo "$folder/$name"
