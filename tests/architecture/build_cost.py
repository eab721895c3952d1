#!/usr/bin/env python3
"""Prints what a build cost: the ten dearest steps and the sum.

build_cost.py BUILD_DIR [COUNT]. The cost is processor time and peak memory where the build was configured with
-DCMAKE_CXX_COMPILER_LAUNCHER=.../tests/architecture/compile_meter, which also holds on a busy machine; else it is the time
that ninja's log has, which means something after a build without compile cache with nothing beside it.
"""
import sys
from pathlib import Path


def measured(log: Path) -> dict[str, tuple[float, int]]:
    """Processor seconds and peak MiB of the latest compilation of each output."""
    cost = {}
    for line in log.read_text().splitlines():
        seconds, mebibytes, output = line.split(" ", 2)
        cost[output] = (float(seconds), int(mebibytes))
    return cost


def logged(log: Path) -> dict[str, tuple[float, int]]:
    """Seconds of the latest run of each output; a step with several outputs counts once. Memory is not known."""
    seconds, seen = {}, {}
    for line in log.read_text().splitlines()[1:]:
        start, end, _, output, command = line.split("\t")
        seen[command] = output
        seconds[command] = (int(end) - int(start)) / 1000
    return {seen[command]: (spent, 0) for command, spent in seconds.items()}


def main() -> int:
    build = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    meter, log = build / "compile_cost.log", build / ".ninja_log"
    if not meter.exists() and not log.exists():
        print(f"{log} is not there: build first", file=sys.stderr)
        return 1
    cost = measured(meter) if meter.exists() else logged(log)
    for output, (seconds, mebibytes) in sorted(cost.items(), key=lambda step: -step[1][0])[:count]:
        print(f"{seconds:7.1f} s {f'{mebibytes:5} MiB' if mebibytes else ''}  {output}")
    most = max((mebibytes for _, mebibytes in cost.values()), default=0)
    print(f"{sum(seconds for seconds, _ in cost.values()):7.1f} s {f'{most:5} MiB at most' if most else ''}  all {len(cost)} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
