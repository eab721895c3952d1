#!/usr/bin/env python3
"""Refuses a link or an #include between folders that the drawn graph does not allow, a cycle, and Qt below cluster/."""
import re
import sys

import source_tree


def linked_arrows():
    """(file, from, to) for every DEPENDS of a slipway_library or slipway_program."""
    calls, home = [], {}
    for path in source_tree.files("CMakeLists.txt"):
        text = re.sub(r"#.*", "", source_tree.text_of(path))
        for kind, body in re.findall(r"\b(slipway_library|slipway_program|add_library)\s*\(([^)]*)\)", text):
            words = body.split()
            name = words[0].removeprefix("slipway_")
            home[name] = source_tree.folder_of(path)
            keyword, depends = None, []
            for word in words[1:]:
                if word in ("SOURCES", "DEPENDS", "USES", "PUBLIC_USES", "QT"):
                    keyword = word
                elif keyword == "DEPENDS":
                    depends.append(word)
            calls.append((path, home[name], depends))
    for path, source, depends in calls:
        for target in depends:
            if source and not target.startswith("$"):
                yield path, source, home.get(target) or target


def included_arrows():
    """(file, from, to) for every #include of another folder's header."""
    for path in source_tree.files(".h", ".cpp"):
        source = source_tree.folder_of(path)
        if not source:
            continue
        for header in re.findall(r'^\s*#\s*include\s*"([^"]+)"', source_tree.text_of(path), re.M):
            target = source_tree.folder_of(header)
            if target:
                yield path, source, target


def main():
    allowed = source_tree.allowed_arrows()
    problems = []
    cycle = source_tree.find_cycle(allowed)
    if cycle:
        problems.append("the drawn graph has a cycle: " + " -> ".join(cycle))
    actual = {}
    for path, source, target in list(linked_arrows()) + list(included_arrows()):
        if source == target:
            continue
        actual.setdefault(source, set()).add(target)
        if target not in allowed.get(source, set()):
            problems.append(f"{path}: {source} -> {target} is not allowed")
    cycle = source_tree.find_cycle(actual)
    if cycle:
        problems.append("the folders depend in a cycle: " + " -> ".join(cycle))
    for path in source_tree.files(".h", ".cpp"):
        if path.startswith(("cluster/", "vmdriver/")) and re.search(r"^\s*#\s*include\s*<Q[A-Z]", source_tree.text_of(path), re.M):
            problems.append(f"{path}: Qt below {path.split('/')[0]}/")
    print("\n".join(sorted(set(problems))) or f"{sum(map(len, actual.values()))} arrows, all of them drawn")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
