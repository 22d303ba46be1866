#!/bin/sh
# Lays a base backup out as a new data folder that replays the archived log, to its end or to a moment:
#   deploy/backup/restore.sh /var/backups/linli/base-20261121T180000Z /var/backups/linli/wal /srv/postgres/new \
#       '2026-11-22 09:14:00+08'
# Run it as the account that runs PostgreSQL, then start PostgreSQL on the new folder: it replays and opens by itself.
# The old data folder is never touched.
set -eu
backup=${1:?"usage: restore.sh BACKUP ARCHIVE NEW_DATA_FOLDER [MOMENT]"}
archive=${2:?"the folder of archived segments is missing"}
data=${3:?"the new data folder is missing"}
moment=${4:-}

case "$archive$moment" in *[\'\"%\\]*) echo "quotes, % and \\ are not allowed in the arguments" >&2; exit 1 ;; esac
if [ -e "$data" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data is not empty: name a new folder" >&2
    exit 1
fi

umask 077
mkdir -p "$data"
tar -xzf "$backup/base.tar.gz" -C "$data"
tar -xzf "$backup/pg_wal.tar.gz" -C "$data/pg_wal"
# Every file is compared with the checksum taken when the backup was made.
pg_verifybackup --quiet --manifest-path "$backup/backup_manifest" "$data"

{
    echo "# added by restore.sh"
    echo "restore_command = 'cp \"$archive/%f\" \"%p\"'"
    if [ -n "$moment" ]; then
        echo "recovery_target_time = '$moment'"
        echo "recovery_target_action = 'promote'"
    fi
} >>"$data/postgresql.auto.conf"
: >"$data/recovery.signal"
sync "$data"
