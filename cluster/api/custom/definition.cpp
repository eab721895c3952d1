#include "cluster/api/custom/definition.h"

#include "cluster/api/custom/rules.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace slipway::api::custom {
namespace {

constexpr std::array<std::string_view, 8> allVerbs{"delete", "deletecollection", "get",    "list",
                                                   "patch",  "create",           "update", "watch"};
constexpr std::array<std::string_view, 3> statusVerbs{"get", "patch", "update"};

/// What every custom object has in common.
std::span<const Field> commonFields() {
    static const std::array<Field, 3> fields = [] {
        const auto text = [](std::string_view name) {
            return Field{name,
                         FieldKind::string_,
                         Container::none,
                         ListType::none_,
                         {},
                         false,
                         false,
                         false,
                         false,
                         false,
                         false,
                         {},
                         {},
                         {},
                         RawForm::json_,
                         nullptr};
        };
        Field metadata = text("metadata");
        metadata.kind = FieldKind::object_;
        metadata.type = findType("meta.v1.ObjectMeta");
        return std::array<Field, 3>{text("apiVersion"), text("kind"), metadata};
    }();
    return fields;
}

bool hasCondition(const JsonObject& crd, std::string_view type) {
    const Json* list = find(crd, {"status", "conditions"});
    if (list == nullptr || !list->is_array())
        return false;
    return std::ranges::any_of(list->get_array(), [&](const Json& condition) {
        return stringAt(condition, {"type"}) == type && stringAt(condition, {"status"}) == "True";
    });
}

std::vector<std::string_view> words(const JsonObject& names, std::string_view member) {
    std::vector<std::string_view> list;
    if (const Json* found = names.if_contains(member); found != nullptr && found->is_array())
        for (const Json& word : found->get_array())
            if (word.is_string())
                list.push_back(view(word.get_string()));
    return list;
}

/// "stable.example.com" as "com.example.stable".
std::string reversed(std::string_view group) {
    std::string text;
    while (!group.empty()) {
        const std::size_t dot = group.rfind('.');
        text += (text.empty() ? "" : ".") + std::string(dot == std::string_view::npos ? group : group.substr(dot + 1));
        group = dot == std::string_view::npos ? std::string_view() : group.substr(0, dot);
    }
    return text;
}

std::vector<std::string> membersAt(const JsonObject& scale, std::string_view member) {
    const auto path = JsonPath::parse(stringAt(scale, {member}));
    return path ? path->members().value_or(std::vector<std::string>()) : std::vector<std::string>();
}

/// "v2beta3" in parts: 2, "beta", 3.
struct VersionParts {
    int stability = -1; ///< 2 general, 1 beta, 0 alpha; -1: no Kubernetes version
    int major = 0, minor = 0;
};

VersionParts partsOf(std::string_view text) {
    VersionParts parts;
    if (!text.starts_with('v'))
        return parts;
    const char* const end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data() + 1, end, parts.major);
    if (error != std::errc() || parts.major == 0)
        return {};
    const std::string_view rest(at, end);
    if (rest.empty())
        return {2, parts.major, 0};
    const std::string_view word = rest.substr(0, rest.starts_with("beta") ? 4 : 5);
    if (word != "alpha" && word != "beta")
        return {};
    const auto [stop, problem] = std::from_chars(rest.data() + word.size(), end, parts.minor);
    if (problem != std::errc() || stop != end)
        return {};
    return {word == "beta" ? 1 : 0, parts.major, parts.minor};
}

} // namespace

bool versionBefore(std::string_view a, std::string_view b) {
    const VersionParts left = partsOf(a), right = partsOf(b);
    if (left.stability != right.stability)
        return left.stability > right.stability;
    if (left.stability < 0)
        return a < b;
    return left.major != right.major ? left.major > right.major : left.minor > right.minor;
}

Definition::Definition(JsonObject crd, std::shared_ptr<const Converter> converter)
    : crd_(std::move(crd))
    , established_(hasCondition(crd_, "Established"))
    , terminating_(!stringAt(crd_, {"metadata", "deletionTimestamp"}).empty())
    , converter_(std::move(converter)) {
    const Json* versions = find(crd_, {"spec", "versions"});
    const Json* names = find(crd_, {"status", "acceptedNames"});
    if (names == nullptr || stringAt(*names, {"kind"}).empty())
        names = find(crd_, {"spec", "names"});
    if (versions == nullptr || !versions->is_array() || names == nullptr || !names->is_object())
        return;
    for (const Json& version : versions->get_array())
        if (boolAt(version.as_object(), {"storage"}))
            storageVersion_ = stringAt(version, {"name"});
    for (const Json& version : versions->get_array())
        readVersion(names->get_object(), version.as_object());
    std::ranges::sort(
        parts_, [](const auto& a, const auto& b) { return versionBefore(a->resource.version, b->resource.version); });
}

std::string_view Definition::name() const {
    return stringAt(crd_, {"metadata", "name"});
}
std::string_view Definition::uid() const {
    return stringAt(crd_, {"metadata", "uid"});
}

std::vector<const Resource*> Definition::served() const {
    std::vector<const Resource*> list;
    for (const auto& part : parts_)
        if (part->served)
            list.push_back(&part->resource);
    return list;
}

void Definition::readColumns(const JsonObject& version, Part& part) {
    part.columns.push_back({"Name", "string", "name", 0});
    const Json* columns = version.if_contains("additionalPrinterColumns");
    if (columns == nullptr || !columns->is_array() || columns->get_array().empty()) {
        part.columns.push_back({"Age", "date", "", 0});
        part.version.columns.emplace_back("date", *JsonPath::parse(".metadata.creationTimestamp"));
        return;
    }
    for (const Json& column : columns->get_array()) {
        auto path = JsonPath::parse(stringAt(column, {"jsonPath"}));
        if (!path)
            continue;
        const auto priority = intAt(column.as_object(), {"priority"}).value_or(0);
        part.columns.push_back({stringAt(column, {"name"}), stringAt(column, {"type"}), stringAt(column, {"format"}),
                                static_cast<int>(priority)});
        part.version.columns.emplace_back(stringAt(column, {"type"}), std::move(*path));
    }
}

void Definition::readSubresources(const JsonObject& version, Part& part) {
    if (const Json* scale = find(version, {"subresources", "scale"}); scale != nullptr && scale->is_object()) {
        part.version.scale = ScalePaths{membersAt(scale->get_object(), "specReplicasPath"),
                                        membersAt(scale->get_object(), "statusReplicasPath"),
                                        membersAt(scale->get_object(), "labelSelectorPath")};
    }
    if (find(version, {"subresources", "status"}) != nullptr)
        part.subresources.push_back({"status", part.resource.kind, statusVerbs});
    if (part.version.scale)
        part.subresources.push_back({"scale", "Scale", statusVerbs});
}

void Definition::readVersion(const JsonObject& names, const JsonObject& version) {
    auto part = std::make_unique<Part>();
    Resource& resource = part->resource;
    resource.group = stringAt(crd_, {"spec", "group"});
    resource.version = stringAt(version, {"name"});
    resource.name = stringAt(names, {"plural"});
    resource.kind = stringAt(names, {"kind"});
    resource.singular = stringAt(names, {"singular"});
    resource.namespaced = stringAt(crd_, {"spec", "scope"}) == "Namespaced";
    resource.verbs = allVerbs;
    part->shortNames = words(names, "shortNames");
    part->categories = words(names, "categories");
    part->served = boolAt(version, {"served"});
    part->fullName = std::format("{}.{}.{}", reversed(resource.group), resource.version, resource.kind);
    part->type = Type{part->fullName, part->fullName, commonFields(), false};
    if (const Json* schema = find(version, {"schema", "openAPIV3Schema"}); schema != nullptr && schema->is_object()) {
        part->version.openApi = schema->get_object();
        part->version.schema = readSchema(schema->get_object());
        compileRules(part->version.schema, true);
    } else {
        part->version.schema.preserveUnknown = true;
    }
    part->version.storageVersion = storageVersion_;
    part->version.converter = converter_;
    part->version.listKind = stringAt(names, {"listKind"});
    part->version.terminating = terminating_;
    if (boolAt(version, {"deprecated"})) {
        const std::string_view own = stringAt(version, {"deprecationWarning"});
        part->version.deprecationWarning =
            own.empty() ? std::format("{}/{} {} is deprecated", resource.group, resource.version, resource.kind)
                        : std::string(own);
    }
    readSubresources(version, *part);
    readColumns(version, *part);
    if (const Json* fields = version.if_contains("selectableFields"); fields != nullptr && fields->is_array())
        for (const Json& field : fields->get_array())
            if (const std::string_view path = stringAt(field, {"jsonPath"}); path.starts_with('.'))
                part->version.selectable.emplace_back(path.substr(1));
    resource.shortNames = part->shortNames;
    resource.categories = part->categories;
    resource.subresources = part->subresources;
    resource.columns = part->columns;
    resource.type = &part->type;
    resource.custom = &part->version;
    if (resource.version == storageVersion_)
        stored_ = &resource;
    parts_.push_back(std::move(part));
}

} // namespace slipway::api::custom
