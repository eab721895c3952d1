#include "cluster/scheduler/configuration.h"

#include "cluster/api/base64.h"
#include "cluster/api/codec.h"
#include "cluster/api/decode.h"
#include "cluster/base/files.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <format>

namespace slipway::scheduler {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

/// Thrown between the steps below and caught by readConfiguration.
struct Invalid {
    std::string message;
};

/// Plugins of kube-scheduler that are no filters or scores here; naming them is no mistake. Queue order, volumes'
/// restrictions and binding are parts of the scheduler that cannot be taken out.
constexpr std::array<std::string_view, 9> otherPlugins{"PrioritySort",     "SchedulingGates",      "DefaultPreemption",
                                                       "DefaultBinder",    "VolumeRestrictions",   "NodeVolumeLimits",
                                                       "DynamicResources", "NodeDeclaredFeatures", "GangScheduling"};

const JsonObject& objectAt(const Json& value, const std::string& path, const char* part = "") {
    if (!value.is_object())
        throw Invalid{path + part + " is not an object"};
    return value.get_object();
}

const JsonArray& arrayIn(const JsonObject& object, const char* name, const std::string& path) {
    static const JsonArray none;
    const Json* value = object.if_contains(name);
    if (value == nullptr || value->is_null())
        return none;
    if (!value->is_array())
        throw Invalid{std::format("{}.{} is not a list", path, name)};
    return value->get_array();
}

std::string textIn(const JsonObject& object, const char* name) {
    return std::string(api::stringAt(object, {name}));
}

std::int64_t numberIn(const JsonObject& object, const char* name, std::int64_t otherwise, std::int64_t least,
                      std::int64_t most, const std::string& path) {
    const auto value = api::intAt(object, {name});
    if (!value && object.if_contains(name) != nullptr && !object.at(name).is_null())
        throw Invalid{std::format("{}.{} is not a number", path, name)};
    const std::int64_t number = value.value_or(otherwise);
    if (number < least || number > most)
        throw Invalid{std::format("{}.{}: {} is not in the range {} to {}", path, name, number, least, most)};
    return number;
}

bool flagIn(const JsonObject& object, const char* name) {
    const Json* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

bool isKnown(std::string_view name) {
    const auto is = [&](const auto& plugin) { return plugin.name == name; };
    return std::ranges::any_of(plugins::filterPlugins(), is) || std::ranges::any_of(plugins::scorePlugins(), is) ||
           std::ranges::contains(otherPlugins, name);
}

/// Which plugins are asked at which points, while a profile is being read.
struct Choice {
    std::set<std::string_view> filters;
    std::map<std::string_view, int> scores; ///< weights
    bool gates = true, preempts = true;

    Choice() {
        for (const auto& plugin : plugins::filterPlugins())
            filters.insert(plugin.name);
        for (const auto& plugin : plugins::scorePlugins())
            scores[plugin.name] = plugin.weight;
    }

    void disable(const std::string& name, bool asFilter, bool asScore) {
        if (asFilter)
            std::erase_if(filters, [&](auto one) { return name == "*" || one == name; });
        if (asScore)
            std::erase_if(scores, [&](const auto& one) { return name == "*" || one.first == name; });
    }

    void enable(const std::string& name, int weight, bool asFilter, bool asScore) {
        for (const auto& plugin : plugins::filterPlugins())
            if (asFilter && plugin.name == name)
                filters.insert(plugin.name);
        for (const auto& plugin : plugins::scorePlugins())
            if (asScore && plugin.name == name)
                scores[plugin.name] = weight > 0 ? weight : plugin.weight;
    }

    void setSwitch(const std::string& point, const std::string& name, bool on) {
        const bool everywhere = point == "multiPoint";
        if ((everywhere || point == "preEnqueue") && (name == "SchedulingGates" || name == "*"))
            gates = on;
        if ((everywhere || point == "postFilter") && (name == "DefaultPreemption" || name == "*"))
            preempts = on;
    }
};

void readPoint(const JsonObject& all, const char* point, Choice& choice, const std::string& path) {
    const Json* value = all.if_contains(point);
    if (value == nullptr || value->is_null())
        return;
    const std::string here = path + "." + point;
    const JsonObject& set = objectAt(*value, here);
    const std::string_view name = point;
    const bool filter = name == "multiPoint" || name == "filter", score = name == "multiPoint" || name == "score";
    for (const char* list : {"disabled", "enabled"})
        for (const Json& entry : arrayIn(set, list, here)) {
            const JsonObject& one = objectAt(entry, here);
            const std::string plugin = textIn(one, "name");
            const bool enabling = std::string_view(list) == "enabled";
            if (!isKnown(plugin) && (enabling || plugin != "*"))
                throw Invalid{std::format("{}.{}: there is no plugin \"{}\"", here, list, plugin)};
            if (enabling)
                choice.enable(plugin, int(numberIn(one, "weight", 0, 0, 1'000'000, here)), filter, score);
            else
                choice.disable(plugin, filter, score);
            choice.setSwitch(point, plugin, enabling);
        }
}

void readPlugins(const JsonObject& profile, Profile& into, const std::string& path) {
    Choice choice;
    if (const Json* value = profile.if_contains("plugins"); value != nullptr && !value->is_null()) {
        const JsonObject& all = objectAt(*value, path, ".plugins");
        for (const char* point : {"multiPoint", "preEnqueue", "filter", "postFilter", "score"})
            readPoint(all, point, choice, path + ".plugins");
    }
    into.holdsGatedPods = choice.gates;
    into.preempts = choice.preempts;
    for (const auto& plugin : plugins::filterPlugins())
        if (choice.filters.contains(plugin.name))
            into.filters.push_back(&plugin);
    for (const auto& plugin : plugins::scorePlugins())
        if (const auto weight = choice.scores.find(plugin.name); weight != choice.scores.end())
            into.scores.push_back({&plugin, weight->second});
}

std::vector<WeightedResource> readResources(const JsonObject& object, std::vector<WeightedResource> otherwise,
                                            const std::string& path) {
    std::vector<WeightedResource> resources;
    for (const Json& entry : arrayIn(object, "resources", path)) {
        const JsonObject& one = objectAt(entry, path);
        resources.push_back({textIn(one, "name"), numberIn(one, "weight", 1, 1, 100, path + ".resources")});
    }
    return resources.empty() ? otherwise : resources;
}

void readFit(const JsonObject& args, Profile& into, const std::string& path) {
    for (const Json& name : arrayIn(args, "ignoredResources", path))
        into.ignoredResources.insert(name.is_string() ? std::string(name.get_string()) : std::string());
    for (const Json& name : arrayIn(args, "ignoredResourceGroups", path))
        into.ignoredResourceGroups.insert(name.is_string() ? std::string(name.get_string()) : std::string());
    const Json* value = args.if_contains("scoringStrategy");
    if (value == nullptr || value->is_null())
        return;
    const std::string here = path + ".scoringStrategy";
    const JsonObject& strategy = objectAt(*value, here);
    const std::string type = textIn(strategy, "type");
    if (type == "MostAllocated")
        into.fit.kind = ResourceStrategy::Kind::mostAllocated;
    else if (type == "RequestedToCapacityRatio")
        into.fit.kind = ResourceStrategy::Kind::requestedToCapacityRatio;
    else if (!type.empty() && type != "LeastAllocated")
        throw Invalid{std::format("{}.type: there is no strategy \"{}\"", here, type)};
    into.fit.resources = readResources(strategy, into.fit.resources, here);
    if (into.fit.kind != ResourceStrategy::Kind::requestedToCapacityRatio)
        return;
    const Json* ratio = strategy.if_contains("requestedToCapacityRatio");
    if (ratio != nullptr && !ratio->is_null())
        for (const Json& entry : arrayIn(objectAt(*ratio, here), "shape", here)) {
            const JsonObject& point = objectAt(entry, here, ".shape");
            into.fit.shape.emplace_back(numberIn(point, "utilization", 0, 0, 100, here + ".shape"),
                                        numberIn(point, "score", 0, 0, 10, here + ".shape"));
        }
    const auto rises = std::ranges::adjacent_find(into.fit.shape, [](const auto& a, const auto& b) {
                           return a.first >= b.first;
                       }) == into.fit.shape.end();
    if (into.fit.shape.empty() || !rises)
        throw Invalid{here + ".requestedToCapacityRatio.shape: points are needed, with rising utilization"};
}

template <class T> T typed(const Json& json, const std::string& path) {
    auto value = api::fromJson<T>(json);
    if (!value)
        throw Invalid{std::format("{}.{}: {}", path, value.error().path, value.error().message)};
    return std::move(*value);
}

void readSpread(const JsonObject& args, Profile& into, const std::string& path) {
    const std::string type = textIn(args, "defaultingType");
    const JsonArray& list = arrayIn(args, "defaultConstraints", path);
    if (type == "List") {
        into.defaultConstraints.emplace();
        for (const Json& entry : list)
            into.defaultConstraints->push_back(
                typed<api::core_v1::TopologySpreadConstraint>(entry, path + ".defaultConstraints"));
    } else if (!list.empty()) {
        throw Invalid{path + ".defaultConstraints: only with defaultingType List"};
    }
}

void readArguments(const JsonObject& profile, Profile& into, const std::string& path) {
    const JsonArray& list = arrayIn(profile, "pluginConfig", path);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string here = std::format("{}.pluginConfig[{}]", path, i);
        const JsonObject& one = objectAt(list[i], here);
        const std::string name = textIn(one, "name");
        if (!isKnown(name))
            throw Invalid{std::format("{}: there is no plugin \"{}\"", here, name)};
        const Json* value = one.if_contains("args");
        if (value == nullptr || value->is_null())
            continue;
        const JsonObject& args = objectAt(*value, here, ".args");
        const std::string at = here + ".args";
        if (name == "NodeResourcesFit")
            readFit(args, into, at);
        else if (name == "NodeResourcesBalancedAllocation")
            into.balanced = readResources(args, into.balanced, at);
        else if (name == "PodTopologySpread")
            readSpread(args, into, at);
        else if (name == "NodeAffinity" && args.if_contains("addedAffinity") != nullptr)
            into.addedAffinity = typed<api::core_v1::NodeAffinity>(args.at("addedAffinity"), at + ".addedAffinity");
        else if (name == "InterPodAffinity") {
            into.hardPodAffinityWeight = numberIn(args, "hardPodAffinityWeight", 1, 0, 100, at);
            into.ignoresPreferencesOfRunningPods = flagIn(args, "ignorePreferredTermsOfExistingPods");
        } else if (name == "DefaultPreemption") {
            into.minCandidateNodesPercentage = int(numberIn(args, "minCandidateNodesPercentage", 10, 0, 100, at));
            into.minCandidateNodesAbsolute = int(numberIn(args, "minCandidateNodesAbsolute", 100, 0, 1'000'000, at));
        }
    }
}

std::chrono::milliseconds durationIn(const JsonObject& object, const char* name, std::chrono::milliseconds otherwise,
                                     const std::string& path) {
    const std::string text = textIn(object, name);
    if (text.empty())
        return otherwise;
    double amount = 0;
    char unit[4] = {};
    if (std::sscanf(text.c_str(), "%lf%3s", &amount, unit) < 2 || amount < 0)
        throw Invalid{std::format("{}.{}: \"{}\" is no duration", path, name, text)};
    const std::string_view u = unit;
    const double scale = u == "ms" ? 1 : u == "s" ? 1000 : u == "m" ? 60'000 : u == "h" ? 3'600'000 : 0;
    if (scale == 0)
        throw Invalid{std::format("{}.{}: \"{}\" is no duration", path, name, text)};
    return std::chrono::milliseconds(std::int64_t(amount * scale));
}

/// A PEM that is given in base64 or as the name of a file.
std::string pemIn(const JsonObject& tls, const char* data, const char* file, const std::string& path) {
    if (const std::string text = textIn(tls, data); !text.empty()) {
        auto decoded = api::decodeBase64(text);
        if (!decoded)
            throw Invalid{std::format("{}.{} is not base64", path, data)};
        return std::move(*decoded);
    }
    const std::string name = textIn(tls, file);
    if (name.empty())
        return {};
    auto content = base::readFile(name);
    if (!content)
        throw Invalid{std::format("{}.{}: {}", path, file, content.error().message)};
    return std::move(*content);
}

ExtenderSettings readExtender(const JsonObject& object, Configuration& into, const std::string& path) {
    ExtenderSettings extender;
    extender.url = textIn(object, "urlPrefix");
    if (!extender.url.starts_with("http://") && !extender.url.starts_with("https://"))
        throw Invalid{path + ".urlPrefix: an http or https address is needed"};
    if (flagIn(object, "enableHTTPS") && extender.url.starts_with("http://"))
        extender.url.replace(0, 4, "https");
    extender.filterVerb = textIn(object, "filterVerb");
    extender.prioritizeVerb = textIn(object, "prioritizeVerb");
    extender.bindVerb = textIn(object, "bindVerb");
    extender.preemptVerb = textIn(object, "preemptVerb");
    extender.weight = numberIn(object, "weight", 1, extender.prioritizeVerb.empty() ? 0 : 1, 1'000'000, path);
    extender.cachesNodes = flagIn(object, "nodeCacheCapable");
    extender.ignorable = flagIn(object, "ignorable");
    extender.timeout = durationIn(object, "httpTimeout", extender.timeout, path);
    for (const Json& entry : arrayIn(object, "managedResources", path)) {
        const JsonObject& one = objectAt(entry, path, ".managedResources");
        extender.resources.insert(textIn(one, "name"));
        if (flagIn(one, "ignoredByScheduler"))
            for (auto& [name, profile] : into.profiles)
                profile.ignoredResources.insert(textIn(one, "name"));
    }
    if (const Json* value = object.if_contains("tlsConfig"); value != nullptr && value->is_object()) {
        const JsonObject& tls = value->get_object();
        extender.insecure = flagIn(tls, "insecure");
        extender.serverName = textIn(tls, "serverName");
        extender.caPem = pemIn(tls, "caData", "caFile", path + ".tlsConfig");
        extender.certificatePem = pemIn(tls, "certData", "certFile", path + ".tlsConfig");
        extender.keyPem = pemIn(tls, "keyData", "keyFile", path + ".tlsConfig");
    }
    return extender;
}

Configuration read(const JsonObject& object) {
    if (textIn(object, "apiVersion") != "kubescheduler.config.k8s.io/v1" ||
        textIn(object, "kind") != "KubeSchedulerConfiguration")
        throw Invalid{"not a KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1"};
    Configuration configuration;
    const auto percentage = int(numberIn(object, "percentageOfNodesToScore", 0, 0, 100, "configuration"));
    const JsonArray& profiles = arrayIn(object, "profiles", "configuration");
    if (!profiles.empty())
        configuration.profiles.clear();
    else
        configuration.profiles.begin()->second.percentageOfNodesToScore = percentage;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const std::string path = std::format("profiles[{}]", i);
        const JsonObject& one = objectAt(profiles[i], path);
        Profile profile;
        if (const std::string name = textIn(one, "schedulerName"); !name.empty())
            profile.name = name;
        profile.percentageOfNodesToScore = int(numberIn(one, "percentageOfNodesToScore", percentage, 0, 100, path));
        readPlugins(one, profile, path);
        readArguments(one, profile, path);
        if (!configuration.profiles.emplace(profile.name, profile).second)
            throw Invalid{std::format("{}.schedulerName: \"{}\" is there twice", path, profile.name)};
    }
    const JsonArray& extenders = arrayIn(object, "extenders", "configuration");
    for (std::size_t i = 0; i < extenders.size(); ++i) {
        const std::string path = std::format("extenders[{}]", i);
        configuration.extenders.push_back(readExtender(objectAt(extenders[i], path), configuration, path));
    }
    using std::chrono::milliseconds;
    const auto seconds = [&](const char* name, milliseconds otherwise) {
        const auto value = numberIn(object, name, -1, -1, 3600, "configuration");
        return value < 0 ? otherwise : milliseconds(value * 1000);
    };
    configuration.backOff.first = seconds("podInitialBackoffSeconds", configuration.backOff.first);
    configuration.backOff.most =
        std::max(configuration.backOff.first, seconds("podMaxBackoffSeconds", configuration.backOff.most));
    return configuration;
}

} // namespace

Configuration::Configuration() {
    profiles.emplace(defaultProfile().name, defaultProfile());
}

std::expected<Configuration, std::string> readConfiguration(std::string_view text) {
    const auto parsed = api::yamlToJson(text);
    if (!parsed)
        return std::unexpected("the configuration is neither YAML nor JSON");
    try {
        return read(objectAt(*parsed, "configuration"));
    } catch (const Invalid& invalid) {
        return std::unexpected(invalid.message);
    }
}

} // namespace slipway::scheduler
