#!/bin/bash
# Starts one node of the cluster with the cookie that all three share, which RabbitMQ wants as a file of its own and nobody
# else's.
set -euo pipefail
umask 077
cookie=/var/lib/rabbitmq/.erlang.cookie
rm -f "$cookie"
cat /run/secrets/rabbitmq_cookie >"$cookie"
chmod 400 "$cookie"
exec docker-entrypoint.sh rabbitmq-server
