#!/bin/sh
# Make a RabbitMQ 4 beside the installed one, without Docker: a minimal Debian trixie in .tools/trixie, once.
# Prints the folder of its scripts, for YIMEN_TEST_RABBITMQ_SCRIPTS. Needs root (chroot, mounts) and an apt mirror.
set -eu

cd "$(dirname "$0")/.."
root="$PWD/.tools/trixie"
scripts="$PWD/.tools/trixie-scripts"
say() { echo "RabbitMQ 4: $*" >&2; }

[ "$(id -u)" = 0 ] || { say 'only root can make it; point YIMEN_TEST_RABBITMQ_SCRIPTS at one instead'; exit 1; }

# What apt already uses: its mirror, and its proxy where it has one.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1)
[ -n "$mirror" ] || { say 'apt knows no Debian mirror: run apt-get update first'; exit 1; }
proxy=$(apt-config shell p Acquire::http::Proxy) && eval "$proxy" && [ -n "${p:-}" ] && export http_proxy="$p"

if [ ! -e "$root/.complete" ]; then
    export DEBIAN_FRONTEND=noninteractive
    command -v debootstrap >/dev/null || { say 'installing debootstrap'; apt-get install -y -qq debootstrap >&2; }
    say 'making a minimal trixie, some minutes once'
    rm -rf "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase trixie "$root" "$mirror" >&2
    # The package's own service is not wanted, only its programs.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    chroot "$root" apt-get install -y -qq --no-install-recommends rabbitmq-server >&2
    touch "$root/.complete"
fi

# Each script runs in there with this machine's folder for temporary files, where the tests keep its data. The mounts are
# seen by that process only and end with it; `exec` all the way keeps the process id that the tests kill.
mkdir -p "$scripts"
cat >"$scripts/enter" <<ENTER
#!/bin/sh
set -eu
root='$root'
here=\${TMPDIR:-/tmp}
case "\${0##*/}" in
    epmd) program=/usr/bin/epmd ;;
    *) program=/usr/lib/rabbitmq/bin/\${0##*/} ;;
esac
export root here program
mkdir -p "\$root\$here"
exec unshare --mount sh -euc '
    mount --bind "\$here" "\$root\$here"
    mount --rbind /dev "\$root/dev"
    mount -t proc proc "\$root/proc"
    exec chroot "\$root" "\$program" "\$@"
' enter "\$@"
ENTER
chmod +x "$scripts/enter"
for name in rabbitmq-server rabbitmqctl epmd; do ln -sf enter "$scripts/$name"; done
echo "$scripts"
