#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <set>

namespace slipway::api {
namespace {

constexpr std::int64_t mostId = 2147483647;

bool climbs(std::string_view path) {
    return path == ".." || path.starts_with("../") || path.ends_with("/..") || path.contains("/../");
}

void validateSeccomp(const At& owner) {
    if (!owner.has("seccompProfile"))
        return;
    const At profile = owner.in("seccompProfile");
    const std::string_view type = profile.text("type"), path = profile.text("localhostProfile");
    if (!profile.needs("type"))
        return;
    profile.oneOf("type", {"Localhost", "RuntimeDefault", "Unconfined"});
    if (type == "Localhost" && path.empty())
        profile.require("localhostProfile", "must be set when seccomp type is Localhost");
    else if (type != "Localhost" && profile.has("localhostProfile"))
        profile.invalid("localhostProfile", "can only be set when seccomp type is Localhost");
    else if (path.starts_with('/'))
        profile.invalid("localhostProfile", "must be a relative path");
    else if (climbs(path))
        profile.invalid("localhostProfile", "must not contain '..'");
}

void validateAppArmor(const At& owner) {
    if (!owner.has("appArmorProfile"))
        return;
    const At profile = owner.in("appArmorProfile");
    if (!profile.needs("type", "type is required when appArmorProfile is set"))
        return;
    profile.oneOf("type", {"Localhost", "RuntimeDefault", "Unconfined"});
    if (profile.text("type") == "Localhost" && profile.text("localhostProfile").empty())
        profile.require("localhostProfile", "must be set when AppArmor type is Localhost");
    else if (profile.text("type") != "Localhost" && profile.has("localhostProfile"))
        profile.invalid("localhostProfile", "can only be set when AppArmor type is Localhost");
}

bool isSysctlName(std::string_view text) {
    const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (text.empty() || text.size() > 253)
        return false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("./"), text.size());
        const std::string_view part = text.substr(0, end);
        if (part.empty() || !word(part.front()) || !word(part.back()) ||
            !std::ranges::all_of(part, [&](char c) { return word(c) || c == '-' || c == '_'; }))
            return false;
        if (end == text.size())
            return true;
        text.remove_prefix(end + 1);
    }
    return false; // ended in a separator
}

void validateSysctls(const At& context, const At& spec) {
    std::set<std::string_view> names;
    context.each("sysctls", [&](const At& sysctl) {
        const std::string_view name = sysctl.text("name");
        if (name.empty())
            return sysctl.require("name");
        if (!isSysctlName(name))
            sysctl.invalid("name", "must have at most 253 characters and match regex "
                                   "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
        else if (!names.insert(name).second)
            sysctl.duplicate("name");
        if (spec.flag("hostNetwork") && (name.starts_with("net.") || name.starts_with("net/")))
            sysctl.invalid("name", "may not be specified when 'hostNetwork' is true");
        if (spec.flag("hostIPC") && (name.starts_with("kernel.shm") || name.starts_with("kernel.msg") ||
                                     name.starts_with("kernel.sem") || name.starts_with("fs.mqueue.")))
            sysctl.invalid("name", "may not be specified when 'hostIPC' is true");
    });
}

bool adds(const At& context, std::string_view capability) {
    const At capabilities = context.in("capabilities");
    const JsonArray& added = capabilities.list("add");
    return std::ranges::find(added, Json(capability)) != added.end();
}

} // namespace

void validatePodSecurity(const At& spec) {
    const At context = spec.in("securityContext");
    for (std::string_view id : {"runAsUser", "runAsGroup", "fsGroup"})
        context.within(id, 0, mostId);
    std::size_t index = 0;
    for (const Json& group : context.list("supplementalGroups")) {
        if (group.is_int64() && (group.get_int64() < 0 || group.get_int64() > mostId))
            context.causes().push_back(invalidValue(std::format("{}[{}]", context.pathOf("supplementalGroups"), index),
                                                    group, std::format("must be between 0 and {}, inclusive", mostId)));
        ++index;
    }
    if (spec.flag("shareProcessNamespace") && spec.flag("hostPID"))
        spec.invalid("shareProcessNamespace", "ShareProcessNamespace and HostPID cannot both be enabled");
    validateSysctls(context, spec);
    validateSeccomp(context);
    validateAppArmor(context);
}

void validateContainerSecurity(const At& container, const At& spec) {
    if (!container.has("securityContext"))
        return;
    const At context = container.in("securityContext");
    for (std::string_view id : {"runAsUser", "runAsGroup"})
        context.within(id, 0, mostId);
    if (context.text("procMount") == "Unmasked" && context.object().contains("procMount") &&
        spec.value("hostUsers") != Json(false))
        context.invalid("procMount", "`hostUsers` must be false to use `Unmasked`");
    validateSeccomp(context);
    validateAppArmor(context);
    if (context.value("allowPrivilegeEscalation") != Json(false))
        return;
    if (context.flag("privileged"))
        container.invalid("securityContext", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    if (adds(context, "CAP_SYS_ADMIN"))
        container.invalid("securityContext",
                          "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
}

} // namespace slipway::api
