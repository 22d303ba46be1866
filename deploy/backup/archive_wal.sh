#!/bin/sh
# PostgreSQL's archive_command: keeps one finished segment of the write-ahead log. In postgresql.conf:
#   archive_mode = on
#   archive_timeout = 60                  # at most a minute of a quiet ledger is not archived yet
#   archive_command = '/usr/local/lib/linli/archive_wal.sh /var/backups/linli/wal %p %f'
# Status 0 only when the segment is safely on disk: PostgreSQL keeps it and tries again otherwise.
set -eu
archive=$1 segment=$2 name=$3
target=$archive/$name

if [ -e "$target" ]; then
    # Said again after a crash: the same segment is fine, another under its name never is.
    exec cmp -s "$segment" "$target"
fi
cp "$segment" "$target.part"
sync "$target.part"
mv "$target.part" "$target"
sync "$archive"
