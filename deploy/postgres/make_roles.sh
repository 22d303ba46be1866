#!/bin/bash
# Makes the two roles of Linli and its database. Runs once, when the postgres image makes its data folder; on a server
# of your own, run it as a superuser:
#   LINLI_OWNER_PASSWORD=… LINLI_APP_PASSWORD=… deploy/postgres/make_roles.sh
# (psql's own variables PGHOST, PGUSER, PGPASSWORD say where and as whom.)
set -euo pipefail
: "${LINLI_OWNER_PASSWORD:?must be set: the password of linli_owner}"
: "${LINLI_APP_PASSWORD:?must be set: the password of linli_app}"

# The passwords reach psql through its environment, never through its command line, which others can read.
export LINLI_OWNER_PASSWORD LINLI_APP_PASSWORD
psql --no-psqlrc --set ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname postgres <<'END'
\getenv owner_password LINLI_OWNER_PASSWORD
\getenv app_password LINLI_APP_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE linli_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE linli_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE linli OWNER linli_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE linli FROM PUBLIC;
GRANT CONNECT ON DATABASE linli TO linli_app;
END
