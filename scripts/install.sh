#!/bin/bash
# install.sh build|peers|bench   installs what is missing, and nothing when nothing is. Debian and Ubuntu.
#   build: the libraries that Martlet links   peers: the mail and DNS software that the tests talk to (none is started)
#   bench: what counts instructions
set -eu

have_package() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        echo "martlet: need root to run: $*" >&2
        exit 1
    fi
}

install_missing() {
    local missing=()
    for package in "$@"; do have_package "$package" || missing+=("$package"); done
    [ ${#missing[@]} -eq 0 ] && return
    if ! command -v apt-get >/dev/null; then
        echo "martlet: please install the equivalents of these Debian packages: ${missing[*]}" >&2
        exit 1
    fi
    echo "martlet: installing ${missing[*]}"
    # A package that brings a daemon must not start it: the tests start their own, on loopback ports of their own.
    local policy=/usr/sbin/policy-rc.d
    local ours=no
    if [ ! -e "$policy" ]; then
        as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod +x $policy"
        ours=yes
    fi
    as_root apt-get update -q >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null \
        || { [ "$ours" = no ] || as_root rm -f "$policy"; echo "martlet: apt-get could not install ${missing[*]}" >&2; exit 1; }
    [ "$ours" = no ] || as_root rm -f "$policy"
}

case ${1:-} in
build)
    install_missing libssl-dev libevent-dev libldns-dev libsqlite3-dev libcurl4-openssl-dev libxml2-dev zlib1g-dev \
        pkg-config
    ;;
peers)
    if ! have_package postfix && command -v debconf-set-selections >/dev/null; then
        echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections
    fi
    install_missing postfix nsd unbound ldnsutils swaks libnet-ssleay-perl openssl curl python3 python3-venv opendkim-tools libxml2-utils \
        stunnel4 microsocks haproxy
    # Python's peers live in a folder of the build, so that no system package is touched.
    venv=.build/peers
    if ! "$venv/bin/python" -c 'import aiosmtpd, dkim, nacl, spf, authheaders, yaml' 2>/dev/null; then
        python3 -m venv "$venv"
        "$venv/bin/pip" install -q --disable-pip-version-check 'aiosmtpd==1.4.6' 'dkimpy[ARC,ed25519]==1.1.8' \
            'pyspf==2.0.14' 'authheaders==0.16.3' 'PyYAML'
    fi
    ;;
bench)
    install_missing valgrind
    ;;
*)
    echo "usage: install.sh build|peers|bench" >&2
    exit 2
    ;;
esac
