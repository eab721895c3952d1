"""Writes the API tables and the typed structs from the schema files.

usage: generate.py SCHEMA_FOLDER OUTPUT_FOLDER BOOTSTRAP_JSON
Output: schema_tables.cpp, bootstrap_policy.cpp and, for each package that controllers use, types/<package>.h and .cpp.
"""
import sys
from pathlib import Path

from schema_text import read_resources, read_types

TYPED_PACKAGES = ["meta.v1", "core.v1", "apps.v1", "batch.v1", "discovery.v1", "coordination.v1", "networking.v1",
                  "rbac.v1", "authentication.v1", "authorization.v1", "policy.v1", "autoscaling.v1",
                  "autoscaling.v2", "storage.v1", "certificates.v1", "resource.v1"]
KEYWORDS = {"namespace", "template", "operator", "default", "continue", "protected", "public", "private", "switch", "case",
            "new", "delete", "export", "import", "class", "signed", "union", "static", "for", "bool", "int"}
CPP_SCALARS = {"string": "std::string", "int32": "std::int32_t", "int64": "std::int64_t", "bool": "bool", "double": "double",
               "bytes": "api::Bytes", "quantity": "std::string", "intOrString": "api::IntOrString", "time": "std::string",
               "microTime": "std::string", "raw": "api::Json"}
STRING_LIKE = {"string", "quantity", "time", "microTime"}


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def namespace(package):
    return package.replace(".", "_")


def write(path, text):
    """Leaves an unchanged file alone, so that nothing is compiled again for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def strings(values):
    return "{" + ", ".join(quote(v) for v in values) + "}"


class Arrays:
    """Collects constant string arrays, each once."""

    def __init__(self):
        self.names, self.lines = {}, []

    def span(self, values):
        if not values:
            return "{}"
        key = tuple(values)
        if key not in self.names:
            self.names[key] = f"words{len(self.names)}"
            self.lines.append(f"constexpr std::string_view {self.names[key]}[] = {strings(values)};")
        return self.names[key]


def schema_tables(types, resources):
    arrays, body = Arrays(), []
    order = sorted(types)
    index = {key: i for i, key in enumerate(order)}
    for i, key in enumerate(order):
        rows = []
        for f in types[key].fields:
            flags = [f"FieldKind::{f.kind}_", f"Container::{f.container}", f"ListType::{f.list_type or 'none'}_"]
            kinds = f"{quote(f.name)}, {', '.join(flags)}, {{{', '.join(map(str, f.proto))}}}, "
            kinds += f"{str(f.required).lower()}, {str(f.pointer).lower()}, {str(f.atomic_map).lower()}"
            patch = f"{str('merge' in f.patch).lower()}, {str('replace' in f.patch).lower()}, {str('retainKeys' in f.patch).lower()}"
            target = f"&typeTable[{index[f.type]}]" if f.kind == "object" else "nullptr"
            rows.append(f"    {{{kinds}, {patch}, {quote(f.merge_key)}, {arrays.span(f.map_keys)}, {arrays.span(f.enum)}, RawForm::{f.raw_form}_, {target}}},")
        if rows:
            body.append(f"constexpr Field fields{i}[] = {{ // {key}")
            body += rows + ["};"]
    table = [f"constinit const Type typeTable[{len(order)}] = {{"]
    for i, key in enumerate(order):
        t = types[key]
        table.append(f"    {{{quote(key)}, {quote(t.full_name)}, {'std::span<const Field>(fields%d)' % i if t.fields else '{}'}, "
                     f"{str(t.atomic).lower()}}},")
    table.append("};")
    res = []
    for i, r in enumerate(resources):
        if r.subresources:
            res.append(f"constexpr Subresource subresources{i}[] = {{")
            res += [f"    {{{quote(n)}, {quote(k)}, {arrays.span(v)}}}," for n, k, v in r.subresources] + ["};"]
        if r.columns:
            res.append(f"constexpr Column columns{i}[] = {{")
            res += [f"    {{{quote(n)}, {quote(t)}, {quote(fm)}, {p}}}," for p, t, fm, n in r.columns] + ["};"]
    res.append(f"constinit const Resource resourceTable[{len(resources)}] = {{")
    for i, r in enumerate(resources):
        res.append(f"    {{{quote(r.group)}, {quote(r.version)}, {quote(r.name)}, {quote(r.kind)}, {quote(r.singular)}, "
                   f"{str(r.namespaced).lower()}, {arrays.span(r.verbs)}, {arrays.span(r.short)}, {arrays.span(r.categories)}, "
                   f"{'subresources%d' % i if r.subresources else '{}'}, {'columns%d' % i if r.columns else '{}'}, "
                   f"&typeTable[{index[r.type]}]}},")
    res.append("};")
    return "\n".join([
        '#include "cluster/api/schema.h"', "", "namespace slipway::api {", "namespace {",
        *arrays.lines, f"extern const Type typeTable[{len(order)}];", *body, *table, *res, "} // namespace", "",
        "std::span<const Type> allTypes() { return typeTable; }",
        "std::span<const Resource> builtInResources() { return resourceTable; }",
        "} // namespace slipway::api", ""])


# What a C++ member takes in bytes, roughly. An optional struct of BOXED_FROM and more stands elsewhere (boxed.h), unless
# nearly every object has it; so does every one of those of which only one is there (ONE_OF).
SIZES = {"string": 32, "int32": 8, "int64": 16, "bool": 2, "double": 16, "bytes": 32, "quantity": 32, "intOrString": 48,
         "time": 32, "microTime": 32, "raw": 24}
CONTAINER_SIZES = {"list": 24, "map": 48, "mapOfList": 48}
BOXED_FROM = 128
ONE_OF = {"core.v1.Volume", "core.v1.VolumeProjection", "core.v1.PersistentVolumeSpec"}
NEARLY_ALWAYS_THERE = {"metadata", "spec", "status"}


def size_of(types, key):
    """What a value of a type takes."""
    return sum(field_size(types, key, f) for f in types[key].fields)


def field_size(types, key, f):
    if f.container in CONTAINER_SIZES:
        return CONTAINER_SIZES[f.container]
    if f.kind != "object":
        return SIZES[f.kind]
    return 8 if is_boxed(types, key, f) else 8 + size_of(types, f.type)


def is_boxed(types, key, f):
    """Whether a member of the type is an optional struct that is kept outside of it."""
    if f.kind != "object" or f.container in CONTAINER_SIZES or f.required or f.name in NEARLY_ALWAYS_THERE:
        return False
    return key in ONE_OF or size_of(types, f.type) >= BOXED_FROM


def cpp_type(types, key, f):
    inner = CPP_SCALARS[f.kind] if f.kind != "object" else namespace(f.type.rsplit(".", 1)[0]) + "::" + f.type.rsplit(".", 1)[1]
    if f.container == "list":
        return f"std::vector<{inner}>"
    if f.container == "map":
        return f"std::map<std::string, {inner}>"
    if f.container == "mapOfList":
        return f"std::map<std::string, std::vector<{inner}>>"
    if f.kind in STRING_LIKE or f.kind == "bytes" or f.kind == "raw" or f.required:
        return inner
    if f.kind == "object" and f.name == "metadata":
        return inner
    return f"{'api::Boxed' if is_boxed(types, key, f) else 'std::optional'}<{inner}>"


def cpp_name(name):
    name = name.replace("$", "").replace("-", "_")
    return name + "_" if name in KEYWORDS else name


def ordered(types, package):
    done, out = set(), []

    def visit(key):
        if key in done or types[key].package != package:
            return
        done.add(key)
        for f in types[key].fields:
            if f.kind == "object":
                visit(f.type)
        out.append(types[key])

    for key in sorted(types):
        visit(key)
    return out


# A package whose code is compiled in several files: in how many.
PARTS = {"core.v1": 4}

# A struct with more than this many fields, those of its members included, gets its special members in the .cpp file:
# compiled in every user they cost more than all the rest.
INLINE_FIELDS = 8


def field_count(types, key, seen=()):
    """How many fields a value of the type holds, those of nested types included."""
    return sum(1 + (field_count(types, f.type, seen + (key,)) if f.kind == "object" and f.type not in seen else 0)
               for f in types[key].fields)


def special_members(name):
    """The declarations of a struct's special members, and what each is in the .cpp file."""
    return [f"{name}();", f"{name}(const {name}&);", f"{name}({name}&&) noexcept;", f"{name}& operator=(const {name}&);",
            f"{name}& operator=({name}&&) noexcept;", f"~{name}();"]


def special_definitions(full, name):
    return [f"{full}::{name}() = default;", f"{full}::{name}(const {name}&) = default;",
            f"{full}::{name}({name}&&) noexcept = default;", f"{full}& {full}::operator=(const {name}&) = default;",
            f"{full}& {full}::operator=({name}&&) noexcept = default;", f"{full}::~{name}() = default;",
            f"bool {full}::operator==(const {name}&) const = default;"]


def typed_package(types, package, resources):
    members = ordered(types, package)
    heavy = {t.name for t in members if field_count(types, f"{package}.{t.name}") > INLINE_FIELDS}
    uses = sorted({f.type.rsplit(".", 1)[0] for t in members for f in t.fields if f.kind == "object"} - {package})
    ns = namespace(package)
    head = ["#pragma once", '#include "cluster/api/boxed.h"', '#include "cluster/api/codec.h"', "#include <cstdint>",
            "#include <map>", "#include <optional>", "#include <string>", "#include <vector>"]
    head += [f'#include "cluster/api/types/{namespace(u)}.h"' for u in uses]
    head += ["", f"namespace slipway::api::{ns} {{"]
    for t in members:
        head.append(f"struct {t.name} {{")
        if t.name in heavy:
            head += [f"    {line}" for line in special_members(t.name)]
        for f in t.fields:
            kind = cpp_type(types, f"{package}.{t.name}", f)
            init = "{}" if f.kind in ("int32", "int64", "bool", "double") and f.required and f.container == "none" else ""
            head.append(f"    {kind} {cpp_name(f.name)}{init};")
        head += [f"    bool operator==(const {t.name}&) const{'' if t.name in heavy else ' = default'};", "};"]
    head += [f"}} // namespace slipway::api::{ns}", "", "namespace slipway::api {"]
    head += [f"template <> const StructTable& tableOf<{ns}::{t.name}>();" for t in members]
    for r in resources:
        if r.type.rsplit(".", 1)[0] == package:
            head += [f"template <> struct ResourceOf<{ns}::{r.kind}> {{",
                     f"    static constexpr std::string_view group = {quote(r.group)}, version = {quote(r.version)}, "
                     f"resource = {quote(r.name)}, kind = {quote(r.kind)};",
                     f"    static constexpr bool namespaced = {str(r.namespaced).lower()};", "};"]
    head += ["} // namespace slipway::api", ""]

    return "\n".join(head), [package_code(ns, part, heavy) for part in split(members, PARTS.get(package, 1))]


def split(members, count):
    """The members in as many runs, each with about the same number of fields."""
    total, passed, parts = sum(len(t.fields) for t in members), 0, [[] for _ in range(count)]
    for t in members:
        parts[min(passed * count // max(total, 1), count - 1)].append(t)
        passed += len(t.fields)
    return parts


def package_code(ns, members, heavy):
    """The .cpp file of some of a package's structs: their special members and tables."""
    code = [f'#include "cluster/api/types/{ns}.h"', '#include "cluster/api/codec_ops.h"', "#include <cstddef>", "",
            '#pragma GCC diagnostic ignored "-Winvalid-offsetof"',
            "namespace slipway::api {"]
    for t in members:
        if t.name in heavy:
            code += special_definitions(f"{ns}::{t.name}", t.name)
    for t in members:
        full = f"{ns}::{t.name}"
        code.append(f"template <> const StructTable& tableOf<{full}>() {{")
        if t.fields:
            code.append("    static constexpr FieldSlot slots[] = {")
            for f in t.fields:
                member = cpp_name(f.name)
                keep = f.required and f.kind != "time"
                code.append(f"        {{{quote(f.name)}, offsetof({full}, {member}), &fieldOps<decltype({full}::{member})>, "
                            f"{str(keep).lower()}}},")
            code.append("    };")
            code.append(f"    static constexpr StructTable table{{{quote(t.full_name)}, slots}};")
        else:
            code.append(f"    static constexpr StructTable table{{{quote(t.full_name)}, {{}}}};")
        code += ["    return table;", "}"]
    code += ["} // namespace slipway::api", ""]
    return "\n".join(code)


def descriptions(path):
    """The sentences of descriptions.txt, sorted by what they are about."""
    rows = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            about, _, sentence = line.partition("  ")
            rows[about] = sentence.strip()
    table = [f"    {{{quote(about)}, {quote(rows[about])}}}," for about in sorted(rows)]
    return "\n".join(['#include "cluster/api/openapi_schema.h"', "", "namespace slipway::api {", "namespace {",
                      "constexpr Description table[] = {", *table, "};", "} // namespace", "",
                      "std::span<const Description> descriptions() { return table; }", "} // namespace slipway::api", ""])


def main():
    schema, out, bootstrap = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    types, resources = read_types(schema), read_resources(schema / "resources.schema")
    write(out / "schema_tables.cpp", schema_tables(types, resources))
    write(out / "descriptions.cpp", descriptions(schema / "descriptions.txt"))
    for package in TYPED_PACKAGES:
        header, codes = typed_package(types, package, resources)
        write(out / "types" / f"{namespace(package)}.h", header)
        for number, code in enumerate(codes, 1):
            write(out / "types" / f"{namespace(package)}{f'_{number}' if number > 1 else ''}.cpp", code)
    # A string literal has a length limit in compilers; concatenated raw literals of a few kB each have none that matters.
    text = bootstrap.read_text()
    parts = "\n".join(f'R"policy({text[i:i + 8000]})policy"' for i in range(0, len(text), 8000))
    write(out / "bootstrap_policy.cpp",
          '#include "cluster/api/bootstrap.h"\nnamespace slipway::api {\nstd::string_view bootstrapPolicyJson() {\n    return '
          + parts + ";\n}\n} // namespace slipway::api\n")


if __name__ == "__main__":
    main()
