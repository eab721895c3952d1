"""What the architecture checks share: which files the project has, and to which folder each belongs."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(*endings):
    """Paths, relative to the root, of the files git knows or would add, that end so."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(path for path in set(listed) if path.endswith(endings) and os.path.isfile(os.path.join(ROOT, path)))


def folder_of(path):
    """The architectural folder of a path: the part below cluster/, or the top-level folder; None for the rest."""
    parts = path.split("/")
    if parts[0] == "cluster" and len(parts) > 2:
        return parts[1]
    return parts[0] if parts[0] in ("app", "ui", "vmdriver") and len(parts) > 1 else None


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def allowed_arrows():
    """The drawn graph: a block of ```arrows in ARCHITECTURE.md, or else the file allowed_arrows beside this one."""
    text = text_of("tests/architecture/allowed_arrows")
    if os.path.exists(os.path.join(ROOT, "ARCHITECTURE.md")):
        block = re.search(r"^```arrows\n(.*?)^```", text_of("ARCHITECTURE.md"), re.S | re.M)
        if block:
            text = block.group(1)
    arrows = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line:
            source, targets = line.split("->")
            arrows[source.strip()] = set(targets.split())
    return arrows


def find_cycle(arrows):
    """A cycle as a list of names, or None."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        path.append(name)
        for target in sorted(arrows.get(name, ())):
            cycle = visit(target)
            if cycle:
                return cycle
        path.pop()
        done.add(name)
        return None

    for name in sorted(arrows):
        cycle = visit(name)
        if cycle:
            return cycle
    return None
