# Sourced: how scripts say what they do, always on standard error.

say() { printf 'slipway: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# counted LABEL COMMAND...: shows a long command as one moving line with count and time, elsewhere than on a terminal as
# a line every five seconds. Its output goes to a log whose end is shown when it fails.
counted() {
    local label=$1 log started=$SECONDS shown=$SECONDS count=0 line status
    shift
    say "$label"
    log=$(mktemp)
    while IFS= read -r line; do
        case $line in "slipway-exit-code "*) status=${line#* }; break ;; esac
        printf '%s\n' "$line" >>"$log"
        count=$((count + 1))
        if [ -t 2 ]; then
            printf '\r\033[Kslipway: %s: %d steps, %d s: %.60s' "$label" $count $((SECONDS - started)) "$line" >&2
        elif [ $((SECONDS - shown)) -ge 5 ]; then
            shown=$SECONDS
            say "$label: $count steps, $((SECONDS - started)) s: ${line:0:60}"
        fi
    done < <("$@" 2>&1 </dev/null; echo "slipway-exit-code $?")
    [ -t 2 ] && printf '\r\033[K' >&2
    if [ "${status:-1}" != 0 ]; then
        tail -n 40 "$log" >&2
        if grep -q 'No space left on device' "$log"; then say "the disk is full; free some space and run this again"; fi
        rm -f "$log"
        fail "$label failed (exit code ${status:-1})"
    fi
    rm -f "$log"
    say "$label: done in $((SECONDS - started)) s"
}
