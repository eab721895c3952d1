# Sourced: where this machine gets Debian packages from, and how. Nothing else in the project looks for a mirror or a proxy.

# The apt source lines for a Debian release, on the mirrors this machine itself uses, whatever files name them:
# debian_sources RELEASE. SLIPWAY_MIRROR and SLIPWAY_SECURITY_MIRROR go before. Fails when there is none.
debian_sources() {
    local main security
    main=${SLIPWAY_MIRROR:-$(mirror_of '-security' exclude)}
    [ -n "$main" ] || return 1
    echo "deb $main $1 main"
    security=${SLIPWAY_SECURITY_MIRROR:-$(mirror_of '-security' only)}
    [ -z "$security" ] || [ "$security" = "$main" ] || echo "deb $security $1-security main"
}

# The same where apt may never have been asked: a fresh machine knows the origin of its sources only after an update.
# find_debian_sources RELEASE FILE. The file is left alone when there is no mirror.
find_debian_sources() {
    if ! debian_sources "$1" >"$2.new" 2>/dev/null; then
        [ "$(id -u)" != 0 ] || apt-get -q update >/dev/null 2>&1 || true
        debian_sources "$1" >"$2.new" || { rm -f "$2.new"; return 1; }
    fi
    mv "$2.new" "$2"
}

# The first repository address in this machine's apt configuration that serves Debian. mirror_of SUFFIX only|exclude
mirror_of() {
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' -v suffix="$1" -v mode="$2" '$1 == "Debian" && !found {
            matches = ($2 ~ suffix "$")
            if ((mode == "only") == matches) { print $3; found = 1 } }' | while read -r address; do listed_mirror "$address"; done
}

# A mirror list on this machine (mirror+file:, as cloud images have it) stands for the first mirror in it: the list itself is
# not seen inside another root.
listed_mirror() {
    local list
    case $1 in
        mirror+file:*)
            list=/$(sed 's|^mirror+file:/*||; s|/*$||' <<<"$1")
            awk '!/^[[:space:]]*(#|$)/ { print $1; exit }' "$list" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

# The proxies of this machine's apt configuration, as lines for another one. What a program on this machine finds out
# (Proxy-Auto-Detect) is asked now.
proxy_settings() {
    local dump scheme detect proxy
    dump=$(apt-config dump)
    grep -iE '^Acquire::(http|https|ftp)::Proxy(::|[[:space:]])' <<<"$dump" | grep -v '""' || true
    for scheme in http https; do
        detect=$(sed -nE "s/^Acquire::$scheme::Proxy-Auto-?Detect \"(.+)\";/\\1/Ip" <<<"$dump" | head -n 1)
        [ -n "$detect" ] && [ -x "$detect" ] || continue
        proxy=$("$detect" "$scheme://example.org/" 2>/dev/null | head -n 1) || continue
        case $proxy in "" | DIRECT) ;; *) printf 'Acquire::%s::Proxy "%s";\n' "$scheme" "$proxy" ;; esac
    done
}

# The proxies as options of mmdebstrap, in the array `proxy_options`.
read_proxy_options() { mapfile -t proxy_options < <(proxy_settings | sed 's/^/--aptopt=/'); }
