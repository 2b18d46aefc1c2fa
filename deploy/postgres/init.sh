#!/bin/sh
# One role and one database of the same name for each file <name>_database_password among the secrets; nobody gets into
# another's. PostgreSQL's image runs this once, when its volume is empty. It can be run again at any time: for a new
# department, or a changed password.
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/init.sh
set -eu

secrets=${YIMEN_SECRETS:-/run/secrets}

sql() {
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres >/dev/null
}

sql <<'SQL'
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL

for file in "$secrets"/*_database_password; do
    name=${file##*/}
    # psql reads the password itself: it stands in no list of processes.
    ROLE="yimen_${name%_database_password}" SECRET="$file" sql <<'SQL'
\set role `printf %s "$ROLE"`
\set secret `cat "$SECRET"`
SET password_encryption = 'scram-sha-256';
SELECT format('CREATE ROLE %I', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'secret';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LOCALE %L', :'role', :'role', 'UTF8', 'C.UTF-8')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
\connect :"role"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO :"role";
SQL
done
