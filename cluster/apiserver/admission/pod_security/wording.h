#pragma once

#include "cluster/api/json.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// How the checks find and name what they object to. Private to this folder.
namespace slipway::apiserver::admission::pod_security {

using Names = std::vector<std::string>;

/// `"a", "b"`
inline std::string inQuotes(const Names& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "\"" : ", \"") + name + "\"";
    return text;
}

/// `container "a"` or `containers "a", "b"`
inline std::string counted(std::string_view one, const Names& names) {
    return std::string(one) + (names.size() == 1 ? " " : "s ") + inQuotes(names);
}

inline void addOnce(Names& names, std::string name) {
    for (const std::string& known : names)
        if (known == name)
            return;
    names.push_back(std::move(name));
}

/// The names of the containers, of every list, that @p bad says yes to.
inline Names containersWhere(const api::JsonObject& spec,
                             const std::function<bool(const api::JsonObject& container)>& bad) {
    Names names;
    eachContainer(spec, {"initContainers", "containers", "ephemeralContainers"},
                  [&](const api::JsonObject& container, std::string_view) {
                      if (bad(container))
                          names.emplace_back(api::stringAt(container, {"name"}));
                  });
    return names;
}

inline bool isWindows(const api::JsonObject& spec) {
    return api::stringAt(spec, {"os", "name"}) == "windows";
}

/// The texts of a list member.
inline Names textsAt(const api::JsonObject& owner, std::initializer_list<std::string_view> path) {
    Names texts;
    if (const api::Json* list = api::find(owner, path); list != nullptr && list->is_array())
        for (const api::Json& entry : list->get_array())
            if (entry.is_string())
                texts.emplace_back(api::view(entry.get_string()));
    return texts;
}

} // namespace slipway::apiserver::admission::pod_security
