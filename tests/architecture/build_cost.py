#!/usr/bin/env python3
"""Prints what a build cost: the ten dearest compilations and the sum, from ninja's log (wall time of each step).

build_cost.py BUILD_DIR [COUNT]. Meaningful after a build without compile cache (CCACHE_DISABLE=1) with nothing beside it.
"""
import sys
from pathlib import Path


def steps(log: Path) -> dict[str, float]:
    """Seconds of the latest run of each output; a step with several outputs counts once."""
    seconds, seen = {}, {}
    for line in log.read_text().splitlines()[1:]:
        start, end, _, output, command = line.split("\t")
        seen[command] = output
        seconds[command] = (int(end) - int(start)) / 1000
    return {seen[command]: spent for command, spent in seconds.items()}


def main() -> int:
    build = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    log = build / ".ninja_log"
    if not log.exists():
        print(f"{log} is not there: build first", file=sys.stderr)
        return 1
    spent = steps(log)
    for output, seconds in sorted(spent.items(), key=lambda step: -step[1])[:count]:
        print(f"{seconds:7.1f} s  {output}")
    print(f"{sum(spent.values()):7.1f} s  all {len(spent)} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
