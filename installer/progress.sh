# Sourced: how scripts say what they do, always on standard error.

say() { printf 'slipway: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The disk space a step needs, in MiB, or a clear refusal. need_space FOLDER MIB WHAT
need_space() {
    local free
    free=$(df --output=avail -m "$1" 2>/dev/null | tail -n 1 | tr -d ' ')
    [ "${free:-$2}" -ge "$2" ] || fail "$3 needs $2 MiB in $1, where $free MiB are free; nothing was changed"
}

# What a log says of causes that the user can do something about. explain_failure LOG
explain_failure() {
    if grep -q 'No space left on device' "$1"; then
        say "the disk is full; free some space and run this again: what is done so far is kept"
    elif grep -qE 'Temporary failure resolving|Could not resolve|Could not connect|Connection timed out|Network is unreachable' "$1"; then
        say "a mirror cannot be reached; what is done so far is kept, run this again with a network (or set SLIPWAY_MIRROR)"
    fi
}

# What a line of progress begins with on a terminal: it replaces the one before.
show_moving() { printf '\r\033[Kslipway: %.110s' "$*" >&2; }
end_moving() { if [ -t 2 ]; then printf '\r\033[K' >&2; fi; }

# counted LABEL COMMAND...: shows a long command as one moving line with count and time, elsewhere than on a terminal as
# a line every five seconds. Its output goes to a log whose end is shown when it fails.
counted() {
    local label=$1 log started=$SECONDS shown=$SECONDS count=0 line= part last= status= ended=
    shift
    say "$label"
    log=$(mktemp) || fail "no temporary file can be made (is the disk full?)"
    while [ -z "$ended" ]; do
        part=
        if IFS= read -r -t 1 part; then
            line+=$part
            case $line in "slipway-exit-code "*) status=${line#* } ended=1; continue ;; esac
            [ -n "$line" ] || continue
            printf '%s\n' "$line" >>"$log"
            count=$((count + 1)) last=${line:0:60} line=
        elif [ $? -gt 128 ]; then
            line+=$part # the second is over in the middle of a line
        else
            ended=1
        fi
        if [ -t 2 ]; then
            show_moving "$label: $count steps, $((SECONDS - started)) s: $last"
        elif [ $((SECONDS - shown)) -ge 5 ]; then
            shown=$SECONDS
            say "$label: $count steps, $((SECONDS - started)) s: $last"
        fi
    done < <("$@" 2>&1 </dev/null; printf '\nslipway-exit-code %d\n' $?)
    end_moving
    if [ "${status:-1}" != 0 ]; then
        tail -n 40 "$log" >&2
        explain_failure "$log"
        rm -f "$log"
        fail "$label failed (exit code ${status:-1})"
    fi
    rm -f "$log"
    say "$label: done in $((SECONDS - started)) s"
}
