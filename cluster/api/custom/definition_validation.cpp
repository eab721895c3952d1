#include "cluster/api/custom/definition_validation.h"

#include "cluster/api/custom/json_path.h"
#include "cluster/api/validation_names.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace slipway::api::custom {
namespace {

constexpr std::string_view approval = "api-approved.kubernetes.io";

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool isProtected(std::string_view group) {
    return group == "k8s.io" || group == "kubernetes.io" || group.ends_with(".k8s.io") ||
           group.ends_with(".kubernetes.io");
}

void checkNames(const JsonObject& crd, Causes& causes) {
    const auto name = [&](std::string_view member) { return stringAt(crd, {"spec", "names", member}); };
    for (std::string_view member : {"plural", "singular"}) {
        if (name(member).empty() && member == "plural")
            causes.push_back(requiredValue("spec.names.plural", ""));
        else if (!name(member).empty())
            if (const auto problem = label1035Problem(name(member)))
                causes.push_back(invalidValue(std::format("spec.names.{}", member), Json(name(member)), *problem));
    }
    for (std::string_view member : {"kind", "listKind"}) {
        if (name(member).empty())
            causes.push_back(requiredValue(std::format("spec.names.{}", member), ""));
        else if (const auto problem = label1035Problem(lowered(name(member))))
            causes.push_back(invalidValue(std::format("spec.names.{}", member), Json(name(member)),
                                          "may have mixed case, but should otherwise match: " + *problem));
    }
    if (!name("kind").empty() && name("kind") == name("listKind"))
        causes.push_back(
            invalidValue("spec.names.listKind", Json(name("listKind")), "kind and listKind may not be the same"));
    for (std::string_view member : {"shortNames", "categories"}) {
        const Json* list = find(crd, {"spec", "names", member});
        if (list == nullptr || !list->is_array())
            continue;
        for (std::size_t i = 0; i < list->get_array().size(); ++i)
            if (const Json& word = list->get_array()[i]; word.is_string())
                if (const auto problem = label1035Problem(view(word.get_string())))
                    causes.push_back(invalidValue(std::format("spec.names.{}[{}]", member, i), word, *problem));
    }
}

void checkGroup(const JsonObject& crd, Causes& causes) {
    const std::string_view group = stringAt(crd, {"spec", "group"});
    if (group.empty()) {
        causes.push_back(requiredValue("spec.group", ""));
    } else if (const auto problem = subdomainProblem(group)) {
        causes.push_back(invalidValue("spec.group", Json(group), *problem));
    } else if (!group.contains('.')) {
        causes.push_back(invalidValue("spec.group", Json(group), "should be a domain with at least one dot"));
    }
    if (!isProtected(group))
        return;
    const std::string field = std::format("metadata.annotations[{}]", approval);
    const std::string_view value = stringAt(crd, {"metadata", "annotations", approval});
    if (value.empty())
        causes.push_back(requiredValue(field, std::format("protected groups must have approval annotation \"{}\", see "
                                                          "https://github.com/kubernetes/enhancements/pull/1111",
                                                          approval)));
    else if (!value.starts_with("unapproved") && !value.starts_with("https://") && !value.starts_with("http://"))
        causes.push_back(invalidValue(
            field, Json(value),
            "protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a "
            "reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"));
}

void checkColumns(const JsonObject& version, const std::string& path, Causes& causes) {
    static constexpr std::array<std::string_view, 5> types{"boolean", "date", "integer", "number", "string"};
    static constexpr std::array<std::string_view, 9> formats{"byte",  "date",  "date-time", "double",  "float",
                                                             "int32", "int64", "name",      "password"};
    const JsonArray& columns = listAt(version, "additionalPrinterColumns");
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string at = std::format("{}.additionalPrinterColumns[{}]", path, i);
        if (stringAt(columns[i], {"name"}).empty())
            causes.push_back(requiredValue(at + ".name", ""));
        const std::string_view type = stringAt(columns[i], {"type"}), format = stringAt(columns[i], {"format"});
        if (type.empty())
            causes.push_back(requiredValue(at + ".type", "must be one of boolean,date,integer,number,string"));
        else if (std::ranges::find(types, type) == types.end())
            causes.push_back(
                invalidValue(at + ".type", Json(type), "must be one of boolean,date,integer,number,string"));
        if (!format.empty() && std::ranges::find(formats, format) == formats.end())
            causes.push_back(invalidValue(at + ".format", Json(format),
                                          "must be one of byte,date,date-time,double,float,int32,int64,name,password"));
        const std::string_view json = stringAt(columns[i], {"jsonPath"});
        if (json.empty())
            causes.push_back(requiredValue(at + ".jsonPath", ""));
        else if (!JsonPath::parse(json))
            causes.push_back(invalidValue(at + ".jsonPath", Json(json), "is an invalid jsonpath"));
    }
}

void checkScale(const JsonObject& version, const std::string& path, Causes& causes) {
    const Json* scale = find(version, {"subresources", "scale"});
    if (scale == nullptr || !scale->is_object())
        return;
    struct Member {
        std::string_view name, root, rule;
        bool required;
    };
    static constexpr std::array<Member, 3> members{
        {{"specReplicasPath", ".spec.", "should be a json path under .spec", true},
         {"statusReplicasPath", ".status.", "should be a json path under .status", true},
         {"labelSelectorPath", "", "should be a json path under either .spec or .status", false}}};
    for (const Member& member : members) {
        const std::string_view json = stringAt(*scale, {member.name});
        const std::string at = std::format("{}.subresources.scale.{}", path, member.name);
        const auto parsed = JsonPath::parse(json);
        if (json.empty()) {
            if (member.required)
                causes.push_back(requiredValue(at, ""));
        } else if (!parsed || !parsed->members()) {
            causes.push_back(invalidValue(at, Json(json), "should be a simple json path"));
        } else if (member.root.empty() ? !json.starts_with(".spec.") && !json.starts_with(".status.")
                                       : !json.starts_with(member.root)) {
            causes.push_back(invalidValue(at, Json(json), member.rule));
        }
    }
}

void checkVersion(const JsonObject& version, const std::string& path, Causes& causes) {
    const std::string_view name = stringAt(version, {"name"});
    if (const auto problem = label1035Problem(name))
        causes.push_back(invalidValue(path + ".name", Json(name), *problem));
    const Json* schema = find(version, {"schema", "openAPIV3Schema"});
    if (schema == nullptr || !schema->is_object())
        causes.push_back(requiredValue(path + ".schema.openAPIV3Schema", "schemas are required"));
    else
        for (auto& cause : validateSchemaProps(schema->get_object(), path + ".schema.openAPIV3Schema"))
            causes.push_back(std::move(cause));
    if (const std::string_view warning = stringAt(version, {"deprecationWarning"});
        !warning.empty() && !boolAt(version, {"deprecated"}))
        causes.push_back(
            invalidValue(path + ".deprecationWarning", Json(warning), "can only be set for deprecated versions"));
    checkColumns(version, path, causes);
    checkScale(version, path, causes);
    const JsonArray& fields = listAt(version, "selectableFields");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string at = std::format("{}.selectableFields[{}].jsonPath", path, i);
        const std::string_view json = stringAt(fields[i], {"jsonPath"});
        const auto parsed = JsonPath::parse(json);
        if (json.empty())
            causes.push_back(requiredValue(at, ""));
        else if (!parsed || !parsed->members() || json.starts_with(".metadata"))
            causes.push_back(invalidValue(at, Json(json), "is an invalid path"));
        else if (!seen.insert(json).second)
            causes.push_back(duplicateValue(at, Json(json)));
    }
}

void checkVersions(const JsonObject& crd, Causes& causes) {
    const Json* list = find(crd, {"spec", "versions"});
    if (list == nullptr || !list->is_array() || list->get_array().empty()) {
        causes.push_back(requiredValue("spec.versions", "must have at least one version"));
        return;
    }
    std::set<std::string_view> names;
    int stored = 0;
    bool unique = true, served = false;
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        const Json& version = list->get_array()[i];
        if (!version.is_object())
            continue;
        checkVersion(version.get_object(), std::format("spec.versions[{}]", i), causes);
        unique = names.insert(stringAt(version, {"name"})).second && unique;
        stored += boolAt(version.get_object(), {"storage"}) ? 1 : 0;
        served = served || boolAt(version.get_object(), {"served"});
    }
    if (!unique)
        causes.push_back(invalidValue("spec.versions", *list, "must contain unique version names"));
    if (stored != 1)
        causes.push_back(
            invalidValue("spec.versions", *list, "must have exactly one version marked as storage version"));
}

void checkConversion(const JsonObject& crd, Causes& causes) {
    const std::string_view strategy = stringAt(crd, {"spec", "conversion", "strategy"});
    const Json* webhook = find(crd, {"spec", "conversion", "webhook"});
    if (strategy != "None" && strategy != "Webhook")
        causes.push_back(notSupported("spec.conversion.strategy", Json(strategy), {"None", "Webhook"}));
    if (strategy == "None" && webhook != nullptr && !webhook->is_null())
        causes.push_back(
            forbiddenField("spec.conversion.webhook", "should not be set when strategy is not set to Webhook"));
    if (strategy == "Webhook" && find(crd, {"spec", "conversion", "webhook", "clientConfig"}) == nullptr)
        causes.push_back(
            requiredValue("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"));
}

} // namespace

void applyDefinitionDefaults(JsonObject& crd) {
    const Json* given = find(crd, {"spec", "names"});
    if (given == nullptr || !given->is_object())
        return;
    JsonObject& names = objectAt(crd, {"spec", "names"});
    const std::string kind(stringAt(names, {"kind"}));
    if (stringAt(names, {"singular"}).empty() && !kind.empty())
        names["singular"] = lowered(kind);
    if (stringAt(names, {"listKind"}).empty() && !kind.empty())
        names["listKind"] = kind + "List";
    JsonObject& conversion = objectAt(crd, {"spec", "conversion"});
    if (stringAt(conversion, {"strategy"}).empty())
        conversion["strategy"] = "None";
    Json* service = nullptr;
    if (find(conversion, {"webhook", "clientConfig", "service"}) != nullptr)
        service = &objectAt(conversion, {"webhook", "clientConfig"})["service"];
    if (service != nullptr && service->is_object() && !service->get_object().contains("port"))
        service->get_object()["port"] = 443;
}

std::vector<StatusCause> validateDefinition(const JsonObject& crd) {
    Causes causes;
    const std::string_view name = stringAt(crd, {"metadata", "name"});
    const std::string wanted =
        std::format("{}.{}", stringAt(crd, {"spec", "names", "plural"}), stringAt(crd, {"spec", "group"}));
    if (name != wanted)
        causes.push_back(invalidValue("metadata.name", Json(name), "must be spec.names.plural+\".\"+spec.group"));
    checkGroup(crd, causes);
    if (const std::string_view scope = stringAt(crd, {"spec", "scope"}); scope.empty())
        causes.push_back(requiredValue("spec.scope", ""));
    else if (scope != "Cluster" && scope != "Namespaced")
        causes.push_back(notSupported("spec.scope", Json(scope), {"Cluster", "Namespaced"}));
    if (boolAt(crd, {"spec", "preserveUnknownFields"}))
        causes.push_back(invalidValue("spec.preserveUnknownFields", Json(true),
                                      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                                      "spec.versions[*].schema instead"));
    checkVersions(crd, causes);
    checkNames(crd, causes);
    checkConversion(crd, causes);
    return causes;
}

std::vector<StatusCause> validateDefinitionUpdate(const JsonObject& before, const JsonObject& after) {
    Causes causes = validateDefinition(after);
    const auto fixed = [&](std::initializer_list<std::string_view> path, std::string field) {
        const Json *old = find(before, path), *now = find(after, path);
        if (old != nullptr && (now == nullptr || *old != *now))
            causes.push_back(invalidValue(std::move(field), now == nullptr ? Json("") : *now, "field is immutable"));
    };
    fixed({"spec", "group"}, "spec.group");
    const JsonObject& status =
        before.contains("status") && before.at("status").is_object() ? before.at("status").get_object() : JsonObject();
    const bool established = std::ranges::any_of(listAt(status, "conditions"), [](const Json& condition) {
        return stringAt(condition, {"type"}) == "Established" && stringAt(condition, {"status"}) == "True";
    });
    if (established) {
        fixed({"spec", "scope"}, "spec.scope");
        fixed({"spec", "names", "kind"}, "spec.names.kind");
        fixed({"spec", "names", "plural"}, "spec.names.plural");
    }
    const Json* versions = find(after, {"spec", "versions"});
    const JsonArray& stored = listAt(status, "storedVersions");
    for (std::size_t i = 0; versions != nullptr && versions->is_array() && i < stored.size(); ++i) {
        const bool kept = std::ranges::any_of(versions->get_array(), [&](const Json& version) {
            return stored[i].is_string() && stringAt(version, {"name"}) == view(stored[i].get_string());
        });
        if (!kept)
            causes.push_back(invalidValue(
                std::format("status.storedVersions[{}]", i), stored[i],
                std::format("missing from spec.versions; {0} was previously a storage version, and must remain in "
                            "spec.versions until a storage migration ensures no data remains persisted in {0} and "
                            "removes {0} from status.storedVersions",
                            view(stored[i].as_string()))));
    }
    return causes;
}

} // namespace slipway::api::custom
