#!/bin/sh
# Install Debian's RabbitMQ, PostgreSQL, nginx, promtool and Chromium for the tests, where that is possible and nothing else offers them.
# Never fails: the tests themselves say what they did without, and fail for it when CI=true.
set -eu

missing=''
if [ -z "${YIMEN_TEST_AMQP_URL:-}" ] && [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && ! command -v rabbitmq-server >/dev/null; then
    missing='rabbitmq-server'
fi
if [ -z "${YIMEN_TEST_POSTGRES_URL:-}" ] && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && ! command -v postgres >/dev/null; then
    missing="$missing postgresql"
fi
programs=''
# The proxy's configuration is tried with a real nginx, and alert rules with promtool, whether or not there is Docker.
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || programs='nginx-light'
command -v promtool >/dev/null || programs="$programs prometheus"
if [ -z "${YIMEN_TEST_CHROMIUM:-}" ] && ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null; then
    programs="$programs chromium-headless-shell"
fi
# Without a Chinese font every character is the same box, and no page is as wide as it is for its readers.
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || programs="$programs fonts-noto-cjk"
[ -n "$missing$programs" ] || exit 0
if [ -z "$programs" ] && command -v docker >/dev/null && timeout 5 docker version >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Real parts: without Docker the tests need the packages$(printf ' %s' $missing $programs); only root can install them."
    exit 0
fi

# The packages' own services are not wanted, only their programs.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi

echo "Real parts: installing$(printf ' %s' $missing $programs) for the tests ..."
export DEBIAN_FRONTEND=noninteractive
install='apt-get install -y -qq --no-install-recommends'
# shellcheck disable=SC2086 - both are lists of words
$install $missing $programs >/dev/null 2>&1 || { apt-get update -qq && $install $missing $programs >/dev/null; } ||
    echo "Real parts: apt-get could not install $missing $programs; tests that need them will be left out."
