#!/usr/bin/env python3
"""Refuses a text of the window that the Simplified Chinese translation lacks. check_translations.py LUPDATE"""
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import source_tree

TRANSLATION = "translations/slipway_zh_CN.ts"


def updated(lupdate, folder):
    """The translation file as it would be after lupdate, parsed."""
    path = os.path.join(folder, "slipway_zh_CN.ts")
    original = os.path.join(source_tree.ROOT, TRANSLATION)
    if os.path.exists(original):
        shutil.copy(original, path)
    subprocess.run([lupdate, "-silent", "-no-obsolete", "-locations", "none", "-I", ".", "ui", "app/desktop", "-source-language", "en",
                    "-target-language", "zh_CN", "-ts", path], cwd=source_tree.ROOT, check=True)
    return xml.etree.ElementTree.parse(path)


def main():
    with tempfile.TemporaryDirectory() as folder:
        tree = updated(sys.argv[1], folder)
    missing, total = [], 0
    for context in tree.iter("context"):
        for message in context.iter("message"):
            total += 1
            translation = message.find("translation")
            forms = [translation, *translation.iter("numerusform")] if translation is not None else []
            text = "".join("".join(form.itertext()) for form in forms).strip()
            if not text or translation.get("type") == "unfinished":
                missing.append(f"{context.findtext('name')}: {message.findtext('source')!r}")
    print("\n".join(missing) or f"{total} texts, all translated")
    if missing:
        print(f"{len(missing)} of {total} texts are not in {TRANSLATION}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
