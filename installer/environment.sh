# Sourced by installer/enter, installer/run, tests/run. Brings the build environment up and enters it:
# on Debian 13 and newer that is the machine itself, elsewhere a Debian 13 root made with mmdebstrap.
# Standard output belongs to the command that is run; everything said here goes to standard error.
unset SLIPWAY_EXEC

SLIPWAY_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
SLIPWAY_ROOT=${SLIPWAY_ROOT:-/var/lib/slipway/root-trixie}
SLIPWAY_CACHE=/var/cache/slipway

say() { printf 'slipway: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The package names of a list file, on one line.
package_names() { sed 's/#.*//' "$1" | xargs; }

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
        sudo "$@"
    else
        fail "this needs root: run it as root, or install sudo"
    fi
}

# Shows a long command as one counting line (every tenth line when not on a terminal); its output goes to a log that
# is shown when it fails. counted LABEL COMMAND...
counted() {
    local label=$1 log status=0 tty=0
    shift
    [ -t 2 ] && tty=1
    log=$(mktemp)
    "$@" 2>&1 </dev/null | tee "$log" | awk -v label="$label" -v tty=$tty '
        { n++; line = substr($0, 1, 60)
          if (tty) printf "\r\033[Kslipway: %s: %d %s", label, n, line > "/dev/stderr"
          else if (n % 200 == 0) printf "slipway: %s: %d lines, now: %s\n", label, n, line > "/dev/stderr" }
        END { if (tty && n) printf "\r\033[K" > "/dev/stderr" }' || status=$?
    if [ $status != 0 ]; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        fail "$label failed (exit code $status)"
    fi
    rm -f "$log"
    say "$label: done after ${SECONDS} s"
}

# missing_packages ADMINDIR NAME...: those that are not installed.
missing_packages() {
    local admindir=$1
    shift
    comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query --admindir="$admindir" -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^[ih]i *//p' | sort -u)
}

install_on_host() {
    local missing
    missing=$(missing_packages /var/lib/dpkg "$@")
    [ -z "$missing" ] && return
    say "installing: $(echo $missing)"
    as_root true
    counted "reading package lists" as_root apt-get -q update
    counted "installing packages" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=900 install --no-install-recommends $missing
}

# The apt source lines of a Debian 13 root, on the mirror this machine itself uses.
trixie_sources() {
    local main security
    main=${SLIPWAY_MIRROR:-$(mirror_of '-security' exclude)}
    [ -n "$main" ] || return 1
    echo "deb $main trixie main"
    security=${SLIPWAY_SECURITY_MIRROR:-$(mirror_of '-security' only)}
    [ -n "$security" ] && [ "$security" != "$main" ] && echo "deb $security trixie-security main"
    return 0
}

# The first repository address in this machine's apt configuration that serves Debian. mirror_of SUFFIX only|exclude
mirror_of() {
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' -v suffix="$1" -v mode="$2" '$1 == "Debian" {
            matches = ($2 ~ suffix "$")
            if ((mode == "only") == matches) { print $3; exit } }'
}

# Makes the root, or brings it up to installer/packages. Runs as root; one at a time.
ensure_root() {
    local stamp wanted sources
    stamp=$SLIPWAY_ROOT/etc/slipway-packages.sha256
    wanted=$(sha256sum <"$SLIPWAY_SOURCE/installer/packages")
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    mkdir -p "$(dirname "$SLIPWAY_ROOT")" "$SLIPWAY_CACHE"
    exec {lock}>"$SLIPWAY_ROOT.lock"
    flock -n "$lock" || { say "waiting for another setup to finish"; flock "$lock"; }
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        install_on_host mmdebstrap debian-archive-keyring util-linux
        if [ ! -e "$SLIPWAY_ROOT/etc/debian_version" ]; then
            sources=$(trixie_sources) || { counted "reading package lists" apt-get -q update; sources=$(trixie_sources); } ||
                fail "no Debian mirror in this machine's apt configuration; set SLIPWAY_MIRROR to one"
            say "making the Debian 13 root in $SLIPWAY_ROOT"
            rm -rf "$SLIPWAY_ROOT.new"
            printf '%s\n' "$sources" >"$SLIPWAY_ROOT.sources.list"
            counted "making the Debian 13 root" mmdebstrap --variant=minbase --mode=root --include=ca-certificates,mount \
                trixie "$SLIPWAY_ROOT.new" "$SLIPWAY_ROOT.sources.list"
            mv "$SLIPWAY_ROOT.new" "$SLIPWAY_ROOT"
        fi
        counted "reading package lists" enter_root apt-get -q update
        counted "installing packages" enter_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
            --no-install-recommends $(package_names "$SLIPWAY_SOURCE/installer/packages")
        enter_root apt-get clean
        echo "$wanted" >"$stamp"
    fi
    exec {lock}>&-
}

# Runs a command inside the root, in a mount namespace of its own that ends with it. The host's own directories (homes,
# checkouts, /tmp with the X11 socket), its state, cache and runtime directories are at the same paths inside.
enter_root() {
    local inner='
set -e
root=$1 source=$2 dir=$3; shift 3
bind() { # bind PATH: the same path inside, directory or file
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$(dirname "$root$1")"; [ -e "$root$1" ] || : >"$root$1"; fi
    mount --rbind "$1" "$root$1"
}
mount --bind "$root" "$root"
for entry in /*; do
    case $entry in
        /bin|/boot|/etc|/lib|/lib32|/lib64|/libx32|/lost+found|/run|/sbin|/usr|/var) ;;
        *) [ -d "$entry" ] && [ ! -L "$entry" ] && bind "$entry" ;;
    esac
done
case $source in /usr/*|/var/*|/etc/*|/opt/*) bind "$source" ;; esac
mkdir -p /var/cache/slipway /run/slipway
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/lock"
bind /run/slipway
bind /var/cache/slipway
mkdir -p "$root/var/lib/slipway"
mount --bind /var/lib/slipway "$root/var/lib/slipway"
if [ -n "${XDG_RUNTIME_DIR:-}" ] && [ -d "$XDG_RUNTIME_DIR" ]; then bind "$XDG_RUNTIME_DIR"; fi
for file in /etc/resolv.conf /etc/hosts /etc/localtime; do
    real=$(readlink -f "$file" || true)
    [ -f "$real" ] || continue
    rm -f "$root$file.slipway"; [ -L "$root$file" ] && rm -f "$root$file"
    [ -e "$root$file" ] || : >"$root$file"
    mount --bind "$real" "$root$file"
done
mkdir -p "$root/.host"
cd "$root"
pivot_root . .host
umount -l /.host
cd "$dir" 2>/dev/null || cd "$source" 2>/dev/null || cd /
if [ -n "${SLIPWAY_AS:-}" ]; then
    getent passwd "${SLIPWAY_AS%%:*}" >/dev/null || echo "$SLIPWAY_PASSWD" >>/etc/passwd
    as=$SLIPWAY_AS; unset SLIPWAY_AS SLIPWAY_PASSWD
    exec setpriv --reuid "${as%%:*}" --regid "${as##*:}" --clear-groups -- "$@"
fi
exec "$@"'
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${SLIPWAY_EXEC:-command} unshare --mount --propagation private bash -c "$inner" slipway-enter "$SLIPWAY_ROOT" "$SLIPWAY_SOURCE" "$PWD" "$@"
}

# The variables programs inside see: compiler cache outside the tree, a UTF-8 locale that exists, the user's language.
export_environment() {
    if [ -n "${LC_ALL:-}" ]; then export LANG=$LC_ALL; unset LC_ALL; fi
    export LANG=${LANG:-C.UTF-8} LC_CTYPE=C.UTF-8
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
        install_on_host $(package_names "$SLIPWAY_SOURCE/installer/packages")
        export_environment
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "entering the Debian 13 root needs root: run this as root, or install sudo"
        sudo -n true 2>/dev/null || say "entering the Debian 13 root needs root; sudo asks for your password"
        exec sudo env $(kept_variables) SLIPWAY_PASSWD="$(getent passwd "$(id -u)")" "$0" "$@"
    fi
    ensure_root
    export_environment
}

# VAR=VALUE words of what must survive sudo (none of these values holds a space on a working desktop).
kept_variables() {
    local name
    for name in HOME DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR KUBECONFIG LANG LC_ALL LANGUAGE TERM \
        http_proxy https_proxy no_proxy ${!SLIPWAY_*} ${!QT_*}; do
        case $name in SLIPWAY_SOURCE | SLIPWAY_PASSWD | SLIPWAY_EXEC) continue ;; esac
        [ -n "${!name:-}" ] && printf '%s=%q\n' "$name" "${!name}"
    done
    return 0
}

# inside user|root COMMAND...: runs a command in the environment, as the person who called or as root.
inside() {
    local who=$1
    shift
    if is_native; then
        if [ "$who" = root ] && [ "$(id -u)" != 0 ]; then
            ${SLIPWAY_EXEC:-command} sudo env $(kept_variables) "$@"
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
