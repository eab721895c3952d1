# Sourced: where this machine gets Debian packages from. Nothing else in the project looks for a mirror.

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

# The first repository address in this machine's apt configuration that serves Debian. mirror_of SUFFIX only|exclude
mirror_of() {
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' -v suffix="$1" -v mode="$2" '$1 == "Debian" && !found {
            matches = ($2 ~ suffix "$")
            if ((mode == "only") == matches) { print $3; found = 1 } }'
}

# The proxies of this machine's apt configuration, as lines for another one.
proxy_settings() {
    apt-config dump | grep -iE '^Acquire::(http|https|ftp)::Proxy' | grep -v '""' || true
}
