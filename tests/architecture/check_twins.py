#!/usr/bin/env python3
"""Refuses a name in an unnamed namespace that another file or a header of the library also gives in that namespace, and a name
that stands for one thing in one file and for another in the next.

The preset "first" compiles files of a library together, where such names meet. Functions may share a name if their parameters
differ so much that no call can mean both.
"""
import os
import re
import sys

import source_tree

KEYWORDS = {"if", "for", "while", "switch", "return", "operator", "decltype", "noexcept", "requires", "alignas", "sizeof"}


def libraries():
    """(name, files) of every target whose files may be compiled together."""
    for path in source_tree.files("CMakeLists.txt"):
        text = re.sub(r"#.*", "", source_tree.text_of(path))
        for body in re.findall(r"\bslipway_(?:library|program)\s*\(([^)]*)\)", text):
            name, *words = body.split()
            paths = [os.path.normpath(os.path.join(os.path.dirname(path), word)) for word in words if word.endswith(".cpp")]
            yield name, [source for source in paths if os.path.isfile(os.path.join(source_tree.ROOT, source))]


def bare(text):
    """The text without comments, directives, and what stands in literals."""
    text = re.sub(r'R"(\w*)\(.*?\)\1"', '""', text, flags=re.S)
    literal = r'"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\''
    text = re.sub(rf"({literal})|//[^\n]*|/\*.*?\*/", lambda found: '""' if found[1] else " ", text, flags=re.S)
    return re.sub(r"^\s*#(?:[^\n\\]|\\.)*", "", text, flags=re.M | re.S)


def statements(text):
    """(enclosing namespaces, head) of every declaration directly inside a namespace; head ends where its body begins."""
    stack, head, depth = [], "", 0
    for token in re.findall(r"[{};]|[^{};]+", text):
        if token == "{" and depth == 0:
            opened = re.fullmatch(r"\s*(?:inline\s+)?namespace\s*([\w:]*)\s*", head)
            if opened:
                stack.append(opened[1])
                head = ""
                continue
        if token == "{":
            depth += 1
        elif token == "}" and depth > 0:
            depth -= 1
            # The end of a function; a type or a variable goes on until its semicolon, an initializer list until the body.
            if depth == 0 and is_function(head):
                yield tuple(stack), head
                head = ""
        elif token == "}":
            stack and stack.pop()
            head = ""
        elif depth == 0 and token == ";":
            if head.count("(") == head.count(")"):
                yield tuple(stack), head
                head = ""
        elif depth == 0:
            head += token


def is_function(head):
    """Whether the text before a body is a function's: its parameters come before any assignment."""
    return "(" in head and head.count("(") == head.count(")") and not re.match(r"[^(]*=", plain(head)) \
        and not re.match(r"\s*(?:struct|class|enum|union)\b", head)


def plain(head):
    """The head without template arguments and attributes, from the inside outwards."""
    head = re.sub(r"\[\[.*?\]\]", "", head, flags=re.S)
    head = re.sub(r"operator\s*[^\s\w(]+", "operator", head)
    before = None
    while before != head:
        before = head
        head = re.sub(r"<[^<>()]*(?:\([^()]*\))?[^<>()]*>", "", head)
    return head


def kind_of(parameter):
    """A parameter's type as far as a call can tell it from another: what converts into each other is one kind."""
    parameter = plain_type(parameter)
    if re.search(r"^(?:string|string_view|path|char\*)$", parameter):
        return "text"
    if re.search(r"^(?:u?int\d+_t|int|long|unsigned|size_t|double|bool|milliseconds|seconds)$", parameter):
        return "number"
    return parameter


def plain_type(parameter):
    """A parameter without its name, its spaces and its qualifiers."""
    parameter = re.sub(r"\bconst\b", " ", parameter).strip()
    named = re.fullmatch(r"(.*[\s&*>])\s*[a-zA-Z_]\w*(?:\[\])?", parameter, re.S)
    parameter = named[1] if named and not re.fullmatch(r"(?:unsigned|long)\s+\w+", parameter) else parameter
    return re.sub(r"\s+|&|\b\w+::", "", parameter)


def parameters(text):
    """The kinds of parameters a call may give: one tuple for every number of arguments."""
    parts, depth, part = [], 0, ""
    for sign in text + ",":
        if sign == "," and depth == 0:
            parts.append(part)
            part = ""
            continue
        depth += {"<": 1, "(": 1, "{": 1, ">": -1, ")": -1, "}": -1}.get(sign, 0)
        part += sign
    kinds = tuple(kind_of(re.sub(r"=.*", "", part, flags=re.S)) for part in parts if part.strip())
    needed = len([part for part in parts if part.strip() and "=" not in part])
    return frozenset(kinds[:count] for count in range(needed, len(kinds) + 1))


def declared(head):
    """(name, calls) a declaration gives, calls being None for what is no function; or None."""
    head = head.strip()
    templated = re.match(r"template\s*<", head)
    if templated:
        depth, end = 0, 0
        for end, sign in enumerate(head):
            depth += {"<": 1, ">": -1}.get(sign, 0)
            if sign == ">" and depth == 0:
                break
        head = head[end + 1:].strip()
    if re.match(r"(?:using\s+namespace|friend|extern|static_assert|namespace)\b", head):
        return None
    kind = re.match(r"(?:struct|class|union|enum(?:\s+class)?)\s+(\w+)\s*(?:final)?\s*(?::(?!:)[^()]*)?$", head)
    if kind:
        return kind[1], None
    alias = re.match(r"using\s+(\w+)\s*=", head)
    if alias:
        return alias[1], None
    text = plain(head)
    function = re.match(r"[^=(]*?\b([A-Za-z_]\w*)\s*\(", text)
    if function and function[1] not in KEYWORDS and re.search(r"[\w>&*\]]\s*[&*]*\s+[&*]*\b%s\s*\($" % function[1], text[:function.end()]):
        start = re.search(r"\b%s\s*\(" % function[1], head)
        rest, depth, end = head[start.end():], 1, 0
        for end, sign in enumerate(rest):
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0:
                break
        return function[1], parameters(rest[:end])
    variable = re.match(r"[^=(]*?\b([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(?:=.*)?$", text, re.S)
    if variable and " " in text.strip().split("=")[0].strip() and "::" not in text.split("=")[0].split()[-1]:
        return variable[1], None
    return None


def names_in(path, unnamed):
    """{(enclosing namespace, name, calls)} a file gives, in unnamed namespaces or elsewhere."""
    names = set()
    for stack, head in statements(bare(source_tree.text_of(path))):
        found = declared(head) if ("" in stack) == unnamed else None
        if found:
            names.add(("::".join(part for part in stack if part), *found))
    return names


def brought_in(path):
    """{(enclosing namespaces, name): what it stands for} of a file's using-declarations and aliases."""
    names = {}
    for stack, head in statements(bare(source_tree.text_of(path))):
        alias = re.match(r"using\s+(\w+)\s*=\s*(.+)", head.strip(), re.S)
        using = re.match(r"using\s+((?:\w+\s*::\s*)+(\w+))\s*$", head.strip())
        space = "::".join(part for part in stack if part)
        if alias:
            names[space, alias[1]] = re.sub(r"\s", "", alias[2])
        elif using:
            names[space, using[2]] = re.sub(r"\s", "", using[1])
    return names


def meanings(library, paths):
    """What is wrong with the names that files of a library bring in: one name stands for two things."""
    homes = {}
    for path in paths:
        for name, target in brought_in(path).items():
            homes.setdefault(name, {}).setdefault(target, path)
    for (space, name), targets in sorted(homes.items()):
        if len(targets) > 1:
            yield f"{library}: {space}::{name} stands for " + " and ".join(f"{t} ({p})" for t, p in sorted(targets.items()))


def headers_of(paths):
    """The headers beside the files of a library."""
    folders = {os.path.dirname(path) for path in paths}
    return [header for header in source_tree.files(".h") if os.path.dirname(header) in folders]


def meet(one, other):
    """Whether two declarations of a name cannot stand in one file: functions can if no call could mean both."""
    return one is None or other is None or bool(one & other)


def main():
    problems = []
    for library, paths in libraries():
        problems += meanings(library, paths)
        homes = {}
        for path in paths:
            for space, name, calls in names_in(path, unnamed=True):
                homes.setdefault((space, name), []).append((path, calls))
        for header in headers_of(paths):
            for space, name, calls in names_in(header, unnamed=False):
                if (space, name) in homes:
                    homes[space, name].append((header, calls))
        for (space, name), places in sorted(homes.items()):
            doubled = sorted({path for path, calls in places
                              if any(other != path and meet(calls, its) for other, its in places)})
            if doubled:
                problems.append(f"{library}: {space}::{name} is in an unnamed namespace and again: " + " and ".join(doubled))
    print("\n".join(problems) or "no name twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
