# Sourced by installer/enter, installer/run, tests/run. Brings the build environment up and enters it:
# on Debian 13 and newer that is the machine itself, elsewhere a Debian 13 root made with mmdebstrap.
# Standard output belongs to the command that is run; everything said here goes to standard error.
unset SLIPWAY_EXEC

SLIPWAY_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export SLIPWAY_ROOT=${SLIPWAY_ROOT:-/var/lib/slipway/root-trixie}
export SLIPWAY_CACHE=${SLIPWAY_CACHE:-/var/cache/slipway}
. "$SLIPWAY_SOURCE/installer/mirrors.sh"
. "$SLIPWAY_SOURCE/installer/progress.sh"
. "$SLIPWAY_SOURCE/installer/enter_root.sh"

# What this command needs: SLIPWAY_NEEDS names the package lists (installer/packages/NAME), "run" or "run tests".
SLIPWAY_NEEDS=${SLIPWAY_NEEDS:-run}

# The package names of the lists wanted, on one line.
package_names() {
    local list
    for list in $SLIPWAY_NEEDS; do sed 's/#.*//' "$SLIPWAY_SOURCE/installer/packages/$list"; done | xargs
}

# Whether this machine's packages can be used directly.
is_native() {
    [ -z "${SLIPWAY_FORCE_ROOT:-}" ] || return 1
    local ID= VERSION_ID= VERSION_CODENAME=
    . /etc/os-release
    [ "$ID" = debian ] && [ "${VERSION_ID:-99}" -ge 13 ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        keep_environment
        sudo env "${kept_environment[@]}" "$@"
    else
        fail "this needs root: run it as root, or install sudo"
    fi
}

# missing_packages ADMINDIR NAME...: those that are not installed.
missing_packages() {
    local admindir=$1
    shift
    comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query --admindir="$admindir" -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^[ih]i *//p' | sort -u)
}

# Whether an installation on this machine was killed: then apt-get refuses to do anything.
dpkg_was_interrupted() { [ -n "$(ls /var/lib/dpkg/updates 2>/dev/null)" ]; }

install_on_host() {
    local missing
    missing=$(missing_packages /var/lib/dpkg "$@")
    [ -z "$missing" ] && return
    say "installing: $(echo $missing)"
    as_root true
    ! dpkg_was_interrupted || counted "completing an earlier installation" \
        as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a
    counted "reading package lists" as_root apt-get -q update
    counted "installing packages" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --fix-broken \
        -o DPkg::Lock::Timeout=900 install --no-install-recommends $missing
}

# Whether the root has what is wanted: every list has left its stamp. A list's stamp is the sum of its text, so that a
# changed list is installed anew; an interrupted installation has left none.
root_is_ready() {
    local list
    [ -e "$SLIPWAY_ROOT/etc/debian_version" ] || return 1
    for list in $SLIPWAY_NEEDS; do
        [ "$(cat "$SLIPWAY_ROOT/etc/slipway-packages-$list" 2>/dev/null)" = \
            "$(sha256sum <"$SLIPWAY_SOURCE/installer/packages/$list")" ] || return 1
    done
}

# Makes the root, or brings it up to the package lists. Runs as root; one at a time.
ensure_root() {
    local list
    root_is_ready && return
    mkdir -p "$(dirname "$SLIPWAY_ROOT")" "$SLIPWAY_CACHE"
    exec {lock}>"$SLIPWAY_ROOT.lock"
    flock -n "$lock" || { say "waiting for another setup to finish"; flock "$lock"; }
    if ! root_is_ready; then
        need_space "$(dirname "$SLIPWAY_ROOT")" 3500 "the Debian 13 root"
        find_debian_sources trixie "$SLIPWAY_ROOT.sources.list" || [ -s "$SLIPWAY_ROOT.sources.list" ] ||
            fail "no Debian mirror in this machine's apt configuration; set SLIPWAY_MIRROR to one"
        [ -e "$SLIPWAY_ROOT/etc/debian_version" ] || make_root
        renew_root_sources
        # A killed installation is taken up where it ended.
        counted "completing an earlier installation" enter_root dpkg --configure -a
        counted "reading package lists" enter_root apt-get -q update
        counted "installing packages" enter_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --fix-broken \
            -o DPkg::Lock::Timeout=900 install --no-install-recommends $(package_names)
        enter_root apt-get clean
        for list in $SLIPWAY_NEEDS; do
            sha256sum <"$SLIPWAY_SOURCE/installer/packages/$list" >"$SLIPWAY_ROOT/etc/slipway-packages-$list"
        done
    fi
    exec {lock}>&-
}

# A new minimal Debian 13; it takes its place only when it is whole.
make_root() {
    install_on_host mmdebstrap debian-archive-keyring util-linux
    rm -rf --one-file-system "$SLIPWAY_ROOT.new" "$SLIPWAY_ROOT"
    read_proxy_options
    counted "making the Debian 13 root" mmdebstrap --variant=minbase --mode=root --include=ca-certificates,mount \
        "${proxy_options[@]}" trixie "$SLIPWAY_ROOT.new" "$SLIPWAY_ROOT.sources.list"
    mv "$SLIPWAY_ROOT.new" "$SLIPWAY_ROOT"
}

# The mirrors and proxies of today, which need not be those the root was made with.
renew_root_sources() {
    rm -f "$SLIPWAY_ROOT"/etc/apt/sources.list.d/*.list "$SLIPWAY_ROOT"/etc/apt/sources.list
    install -m 644 "$SLIPWAY_ROOT.sources.list" "$SLIPWAY_ROOT/etc/apt/sources.list.d/slipway.list"
    rm -f "$SLIPWAY_ROOT/etc/apt/apt.conf.d/99mmdebstrap"
    proxy_settings >"$SLIPWAY_ROOT/etc/apt/apt.conf.d/95slipway-proxy"
}

# The variables programs inside see: compiler cache outside the tree, a UTF-8 locale that exists, the user's language.
export_environment() {
    if [ -n "${LC_ALL:-}" ]; then export LANG=$LC_ALL; unset LC_ALL; fi
    export LANG=${LANG:-C.UTF-8} LC_CTYPE=C.UTF-8 SLIPWAY_CACHE
    export CCACHE_BASEDIR=$SLIPWAY_SOURCE CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
    if [ -z "${CCACHE_DIR:-}" ]; then
        if [ "$(id -u)" = 0 ] && [ -z "${SUDO_UID:-}" ]; then
            CCACHE_DIR=$SLIPWAY_CACHE/ccache
        else
            CCACHE_DIR=$HOME/.cache/slipway/ccache
        fi
        export CCACHE_DIR
    fi
}

# Sets everything up; afterwards `inside` works. A user without root comes back here as root, through sudo.
ensure_environment() {
    if is_native; then
        install_on_host $(package_names)
        export_environment
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "entering the Debian 13 root needs root: run this as root, or install sudo"
        sudo -n true 2>/dev/null || say "entering the Debian 13 root needs root; sudo asks for your password"
        keep_environment
        exec sudo env "${kept_environment[@]}" SLIPWAY_PASSWD="$(getent passwd "$(id -u)")" "$0" "$@"
    fi
    ensure_root
    export_environment
}

# inside user|root COMMAND...: runs a command in the environment, as the person who called or as root.
inside() {
    local who=$1
    shift
    if is_native; then
        if [ "$who" = root ] && [ "$(id -u)" != 0 ]; then
            keep_environment
            ${SLIPWAY_EXEC:-command} sudo env "${kept_environment[@]}" "$@"
        else
            ${SLIPWAY_EXEC:-command} "$@"
        fi
    elif [ "$who" = user ] && [ -n "${SUDO_UID:-}" ] && [ "$SUDO_UID" != 0 ]; then
        SLIPWAY_AS=$SUDO_UID:$SUDO_GID enter_root "$@"
    else
        enter_root "$@"
    fi
}

# The same as the last thing a script does: the command takes this process's place, so that signals reach it.
become() {
    SLIPWAY_EXEC=exec inside "$@"
}
