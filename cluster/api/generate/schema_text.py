"""Reads the schema files of cluster/api/schema (their format: README.md there) into plain values."""
import re
from dataclasses import dataclass, field
from pathlib import Path

SCALARS = {"string", "int32", "int64", "bool", "double", "bytes", "quantity", "intOrString", "time", "microTime", "raw"}


@dataclass
class Field:
    name: str
    kind: str            # a scalar's name, or "object"
    type: str            # "core.v1.Container" when kind is "object"
    container: str       # "none", "list", "map" or "mapOfList"
    proto: list = field(default_factory=list)  # protobuf field numbers, from the outside in
    required: bool = False
    pointer: bool = False  # told apart: zero and absent
    list_type: str = ""  # "", "atomic", "set", "map"
    map_keys: list = field(default_factory=list)
    atomic_map: bool = False
    patch: list = field(default_factory=list)  # "merge", "replace", "retainKeys"
    merge_key: str = ""
    enum: list = field(default_factory=list)
    raw_form: str = "json"  # "orBool", "orList", "orStrings": a JSON schema or that


@dataclass
class Type:
    package: str
    name: str
    full_name: str       # "io.k8s.api.core.v1.Container"
    atomic: bool = False
    fields: list = field(default_factory=list)

    @property
    def key(self):
        return f"{self.package}.{self.name}"


@dataclass
class Resource:
    name: str
    group: str
    version: str
    type: str
    namespaced: bool
    singular: str
    verbs: list
    short: list
    categories: list
    subresources: list = field(default_factory=list)  # (name, kind, verbs)
    columns: list = field(default_factory=list)       # (priority, type, format, name)

    @property
    def kind(self):
        return self.type.rsplit(".", 1)[1]


def options(text):
    """"short(po) verbs(get,list)" -> {"short": ["po"], "verbs": ["get", "list"]}; bare words map to []."""
    return {m[1]: (re.split(r"[,|]", m[3]) if m[2] else []) for m in re.finditer(r"([A-Za-z]+)(\(([^)]*)\))?", text)}


def parse_field(line, package):
    name, type_text, rest = (line.split(None, 2) + [""])[:3]
    container = "none"
    if type_text.startswith("map:[]"):
        container, type_text = "mapOfList", type_text[6:]
    elif type_text.startswith("map:"):
        container, type_text = "map", type_text[4:]
    elif type_text.startswith("[]"):
        container, type_text = "list", type_text[2:]
    if type_text in SCALARS:
        result = Field(name, type_text, "", container)
    else:
        result = Field(name, "object", type_text if "." in type_text else f"{package}.{type_text}", container)
    numbers = re.match(r"=([\d.]+)", rest)
    result.proto = [int(n) for n in numbers[1].split(".")] if numbers else []
    opts = options(re.sub(r"^=[\d.]+", "", rest))
    result.required = "required" in opts
    result.pointer = "optional" in opts
    if container == "list":
        result.list_type = next((t for t in ("atomic", "set", "map") if t in opts), "")
    result.atomic_map = container in ("map", "none") and "atomic" in opts
    result.map_keys = opts.get("map", [])
    if "patch" in opts:
        words = re.search(r"patch\(([^)]*)\)", rest)[1].split(",")
        result.patch = words[0].split("+")
        result.merge_key = words[1] if len(words) > 1 else ""
    result.enum = opts.get("enum", [])
    result.raw_form = opts.get("schema", ["json"])[0]
    return result


def read_types(folder):
    types = {}
    for path in sorted(Path(folder).glob("*.schema")):
        if path.name == "resources.schema":
            continue
        package = full = current = None
        for raw in path.read_text().splitlines():
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            words = line.split()
            if words[0] == "package" and not raw.startswith(" "):
                package, full = words[1], words[2]
            elif words[0] == "type" and not raw.startswith(" "):
                current = Type(package, words[1], f"{full}.{words[1]}", "atomic" in words[2:])
                types[current.key] = current
            elif words[0] == "union":
                continue  # read by union checks
            else:
                current.fields.append(parse_field(line, package))
    return types


def read_resources(path):
    resources = []
    for raw in Path(path).read_text().splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        words = line.split()
        if words[0] == "resource":
            group, _, version = words[2].rpartition("/")
            opts = options(" ".join(words[5:]))
            resources.append(Resource(words[1], group, version, words[3], words[4] == "Namespaced",
                                      opts["singular"][0], opts["verbs"], opts.get("short", []),
                                      opts.get("categories", [])))
        elif words[0] == "sub":
            resources[-1].subresources.append((words[1], words[2], options(" ".join(words[3:]))["verbs"]))
        elif words[0] == "column":
            resources[-1].columns.append((int(words[1]), words[2], "" if words[3] == "-" else words[3],
                                          " ".join(words[4:])))
    return resources
