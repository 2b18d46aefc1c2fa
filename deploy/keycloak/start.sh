#!/bin/bash
# Starts Keycloak with its passwords, which it takes from variables, read from a secret file. `asked`: is it ready?
# Nothing but bash: the image has little else.
set -euo pipefail

if [ "${1:-}" = asked ]; then
    exec 3<>"/dev/tcp/127.0.0.1/9000"
    printf 'GET %s/health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' "${KC_HTTP_RELATIVE_PATH:-/identity}" >&3
    read -r status <&3
    [[ $status == *" 200 "* ]]
    exit
fi

while IFS='=' read -r name value; do
    export "$name=$value"
done <"${KEYCLOAK_ENVIRONMENT:-/run/secrets/keycloak_environment}"
exec "${KEYCLOAK_PROGRAM:-/opt/keycloak/bin/kc.sh}" start --optimized --import-realm "$@"
