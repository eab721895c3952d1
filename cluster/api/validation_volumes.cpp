#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <array>
#include <format>

namespace slipway::api {
namespace {

/// The member a volume source cannot be without.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> essentials{
    {{"hostPath", "path"},
     {"configMap", "name"},
     {"secret", "secretName"},
     {"persistentVolumeClaim", "claimName"},
     {"nfs", "server"}}};

bool climbs(std::string_view path) {
    return path == ".." || path.starts_with("../") || path.ends_with("/..") || path.contains("/../");
}

void validateItems(const JsonObject& source, const std::string& path, Causes& causes) {
    std::size_t index = 0;
    for (const Json& item : listAt(source, "items")) {
        const std::string at = std::format("{}.items[{}]", path, index++);
        const std::string_view target = stringAt(item, {"path"});
        if (stringAt(item, {"key"}).empty() && find(item, {"fieldRef"}) == nullptr &&
            find(item, {"resourceFieldRef"}) == nullptr)
            causes.push_back(requiredValue(at + ".key", ""));
        if (target.empty())
            causes.push_back(requiredValue(at + ".path", ""));
        else if (target.starts_with('/'))
            causes.push_back(invalidValue(at + ".path", Json(target), "must be a relative path"));
        else if (climbs(target))
            causes.push_back(invalidValue(at + ".path", Json(target), "must not contain '..'"));
    }
}

void validateMode(const JsonObject& source, const std::string& path, Causes& causes) {
    if (const auto mode = intAt(source, {"defaultMode"}); mode && (*mode < 0 || *mode > 0777))
        causes.push_back(invalidValue(path + ".defaultMode", Json(*mode),
                                      "must be a number between 0 and 0777 (octal), both inclusive"));
}

void validateSource(std::string_view kind, const JsonObject& source, const std::string& path, Causes& causes) {
    for (const auto& [name, member] : essentials)
        if (kind == name && stringAt(source, {member}).empty())
            causes.push_back(requiredValue(std::format("{}.{}", path, member), ""));
    if (kind == "hostPath" && climbs(stringAt(source, {"path"})))
        causes.push_back(invalidValue(path + ".path", Json(stringAt(source, {"path"})), "must not contain '..'"));
    validateMode(source, path, causes);
    validateItems(source, path, causes);
}

} // namespace

std::set<std::string> validateVolumes(const JsonObject& spec, const std::string& path, Causes& causes) {
    std::set<std::string> names;
    std::size_t index = 0;
    for (const Json& volume : listAt(spec, "volumes")) {
        const std::string at = std::format("{}.volumes[{}]", path, index++);
        const std::string name(stringAt(volume, {"name"}));
        if (volume.is_object()) {
            int sources = 0;
            for (const auto& [kind, source] : volume.get_object()) {
                if (kind == "name" || !source.is_object())
                    continue;
                const std::string here = std::format("{}.{}", at, std::string_view(kind));
                if (++sources > 1)
                    causes.push_back(forbiddenField(here, "may not specify more than 1 volume type"));
                else
                    validateSource(kind, source.get_object(), here, causes);
            }
        }
        if (name.empty())
            causes.push_back(requiredValue(at + ".name", ""));
        else if (const auto problem = labelProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        else if (!names.insert(name).second)
            causes.push_back(duplicateValue(at + ".name", Json(name)));
    }
    return names;
}

} // namespace slipway::api
