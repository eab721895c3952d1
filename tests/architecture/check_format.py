#!/usr/bin/env python3
"""Refuses C++ that clang-format would change."""
import os
import subprocess
import sys

import source_tree


def main():
    paths = source_tree.files(".h", ".cpp")
    found = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=source_tree.ROOT, capture_output=True, text=True)
    unformatted = sorted({line.split(":")[0] for line in found.stderr.splitlines() if "clang-format-violations" in line})
    for path in unformatted:
        print(f"{os.path.relpath(path, source_tree.ROOT) if path.startswith('/') else path}: not formatted")
    if unformatted:
        print("to format: installer/enter clang-format -i FILE...")
    else:
        print(f"{len(paths)} files formatted")
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
