# Sourced: entering a Debian root at SLIPWAY_ROOT. The build environment does it on hosts older than Debian 13, and so does the
# relocatable package, which brings its root along. Needs SLIPWAY_ROOT, SLIPWAY_SOURCE (what must be seen inside at the same
# path) and SLIPWAY_CACHE.

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
mkdir -p "$SLIPWAY_CACHE" /run/slipway
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/lock"
bind /run/slipway
bind "$SLIPWAY_CACHE"
mkdir -p /var/lib/slipway "$root/var/lib/slipway"
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

# Puts what must survive sudo into the array `kept_environment`, as VAR=VALUE.
keep_environment() {
    local name
    kept_environment=()
    for name in HOME DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR XDG_CURRENT_DESKTOP KUBECONFIG LANG LC_ALL LANGUAGE TERM CI \
        http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ${!SLIPWAY_*} ${!QT_*} ${!CCACHE_*}; do
        case $name in SLIPWAY_SOURCE | SLIPWAY_PASSWD | SLIPWAY_EXEC) continue ;; esac
        [ -z "${!name:-}" ] || kept_environment+=("$name=${!name}")
    done
}
