#include "cluster/agent/pod/environment.h"

#include "cluster/agent/pod/quantity.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

std::string expandVariables(std::string_view text,
                            const std::function<std::optional<std::string>(std::string_view)>& lookup) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            result += text[i];
            continue;
        }
        if (text[i + 1] == '$') {
            result += '$';
            ++i;
            continue;
        }
        const std::size_t end = text[i + 1] == '(' ? text.find(')', i) : std::string_view::npos;
        if (end == std::string_view::npos) {
            result += text[i];
            continue;
        }
        const auto value = lookup(text.substr(i + 2, end - i - 2));
        result += value ? *value : std::string(text.substr(i, end - i + 1));
        i = end;
    }
    return result;
}

std::expected<std::string, std::string> expandStrictly(std::string_view text, const Environment& environment) {
    std::optional<std::string> missing;
    std::string result = expandVariables(text, [&](std::string_view name) -> std::optional<std::string> {
        for (const auto& [known, value] : environment)
            if (known == name)
                return value;
        missing = std::string(name);
        return std::nullopt;
    });
    if (missing)
        return std::unexpected(std::format("missing value for \"{}\"", *missing));
    return result;
}

namespace {

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + "\"";
}

std::string mapLines(const StringMap& map) {
    std::string result;
    for (const auto& [key, value] : map)
        result += (result.empty() ? "" : "\n") + key + "=" + quoted(value);
    return result;
}

/// The key of "metadata.labels['key']".
std::optional<std::string> subscript(std::string_view path, std::string_view map) {
    if (!path.starts_with(map) || !path.substr(map.size()).starts_with("['") || !path.ends_with("']"))
        return std::nullopt;
    return std::string(path.substr(map.size() + 2, path.size() - map.size() - 4));
}

template <class List> std::string joinIps(const List& list) {
    std::string result;
    for (const auto& entry : list)
        result += (result.empty() ? "" : ",") + entry.ip;
    return result;
}

std::string valueOr(const StringMap& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
}

std::string upperName(const std::string& name) {
    std::string result;
    for (const char c : name)
        result += c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return result;
}

void addService(StringMap& variables, const core::Service& service) {
    const core::ServiceSpec& spec = *service.spec;
    const std::string name = upperName(service.metadata.name), &ip = spec.clusterIP;
    variables[name + "_SERVICE_HOST"] = ip;
    bool first = true;
    for (const core::ServicePort& port : spec.ports) {
        const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
        std::string lower = protocol;
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
        const std::string url = std::format("{}://{}:{}", lower, ip, port.port);
        if (first) {
            variables[name + "_SERVICE_PORT"] = std::to_string(port.port);
            variables[name + "_PORT"] = url;
        }
        first = false;
        if (!port.name.empty())
            variables[name + "_SERVICE_PORT_" + upperName(port.name)] = std::to_string(port.port);
        const std::string prefix = std::format("{}_PORT_{}_{}", name, port.port, protocol);
        variables[prefix] = url;
        variables[prefix + "_PROTO"] = lower;
        variables[prefix + "_PORT"] = std::to_string(port.port);
        variables[prefix + "_ADDR"] = ip;
    }
}

/// Collects one container's environment in order; a later value of a name replaces the earlier one.
class Collector {
public:
    Collector(const core::Pod& pod, const core::Container& container, ObjectSource& objects,
              const NodeAllocatable& node)
        : pod_(pod), container_(container), objects_(objects), node_(node) {}

    std::expected<Environment, std::string> run() {
        const std::string& ns = pod_.metadata.namespace_;
        const auto services = objects_.services();
        if (!services)
            return std::unexpected(services.error().message);
        for (const auto& [name, value] : serviceVariables(*services, ns, pod_.spec->enableServiceLinks.value_or(true)))
            set(name, value);
        for (const core::EnvFromSource& source : container_.envFrom)
            if (auto failed = addFrom(source))
                return std::unexpected(*failed);
        for (const core::EnvVar& variable : container_.env)
            if (auto failed = add(variable))
                return std::unexpected(*failed);
        return result_;
    }

private:
    void set(const std::string& name, std::string value) {
        const auto found = std::ranges::find(result_, name, &std::pair<std::string, std::string>::first);
        if (found != result_.end())
            result_.erase(found);
        result_.emplace_back(name, std::move(value));
    }

    /// Any printable ASCII but '=' makes a name (KEP-4369); other keys are left out.
    void setFrom(const std::string& name, const std::string& value) {
        if (!name.empty() && std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~' && c != '='; }))
            set(name, value);
    }

    std::optional<std::string> lookup(std::string_view name) const {
        for (const auto& [known, value] : result_)
            if (known == name)
                return value;
        return std::nullopt;
    }

    std::optional<std::string> addFrom(const core::EnvFromSource& source) {
        const std::string& ns = pod_.metadata.namespace_;
        if (source.configMapRef) {
            const auto object = objects_.configMap(ns, source.configMapRef->name);
            if (!object)
                return object.error().notFound && source.configMapRef->optional.value_or(false)
                           ? std::nullopt
                           : std::optional(object.error().message);
            for (const auto& [key, value] : object->data)
                setFrom(source.prefix + key, value);
        }
        if (source.secretRef) {
            const auto object = objects_.secret(ns, source.secretRef->name);
            if (!object)
                return object.error().notFound && source.secretRef->optional.value_or(false)
                           ? std::nullopt
                           : std::optional(object.error().message);
            for (const auto& [key, value] : object->data)
                setFrom(source.prefix + key, value.data);
        }
        return std::nullopt;
    }

    std::optional<std::string> add(const core::EnvVar& variable) {
        if (!variable.valueFrom) {
            set(variable.name, expandVariables(variable.value, [&](std::string_view name) { return lookup(name); }));
            return std::nullopt;
        }
        const core::EnvVarSource& from = *variable.valueFrom;
        if (from.fieldRef)
            return take(variable.name, podField(pod_, from.fieldRef->fieldPath));
        if (from.resourceFieldRef)
            return addResource(variable.name, *from.resourceFieldRef);
        if (from.configMapKeyRef)
            return addKey(variable.name, *from.configMapKeyRef, "ConfigMap",
                          objects_.configMap(pod_.metadata.namespace_, from.configMapKeyRef->name),
                          [](const std::string& value) { return value; });
        if (from.secretKeyRef)
            return addKey(variable.name, *from.secretKeyRef, "Secret",
                          objects_.secret(pod_.metadata.namespace_, from.secretKeyRef->name),
                          [](const api::Bytes& value) { return value.data; });
        return std::format("environment variable {} has a source that is not supported", variable.name);
    }

    std::optional<std::string> take(const std::string& name, const std::expected<std::string, std::string>& value) {
        if (!value)
            return value.error();
        set(name, *value);
        return std::nullopt;
    }

    std::optional<std::string> addResource(const std::string& name, const core::ResourceFieldSelector& selector) {
        const core::Container* container = &container_;
        if (!selector.containerName.empty())
            for (const auto* list : {&pod_.spec->containers, &pod_.spec->initContainers})
                for (const core::Container& other : *list)
                    if (other.name == selector.containerName)
                        container = &other;
        return take(name, containerResource(*container, selector, node_));
    }

    template <class Selector, class Object, class Read>
    std::optional<std::string> addKey(const std::string& name, const Selector& selector, const char* kind,
                                      const ObjectResult<Object>& object, Read read) {
        const bool optional = selector.optional.value_or(false);
        if (!object)
            return object.error().notFound && optional ? std::nullopt : std::optional(object.error().message);
        const auto found = object->data.find(selector.key);
        if (found == object->data.end()) {
            if (optional)
                return std::nullopt;
            return std::format("couldn't find key {} in {} {}/{}", selector.key, kind, pod_.metadata.namespace_,
                               selector.name);
        }
        set(name, read(found->second));
        return std::nullopt;
    }

    const core::Pod& pod_;
    const core::Container& container_;
    ObjectSource& objects_;
    const NodeAllocatable& node_;
    Environment result_;
};

} // namespace

std::expected<std::string, std::string> podField(const core::Pod& pod, std::string_view path) {
    const auto& metadata = pod.metadata;
    if (const auto key = subscript(path, "metadata.labels"))
        return valueOr(metadata.labels, *key);
    if (const auto key = subscript(path, "metadata.annotations"))
        return valueOr(metadata.annotations, *key);
    const core::PodStatus status = pod.status.value_or(core::PodStatus());
    if (path == "metadata.name")
        return metadata.name;
    if (path == "metadata.namespace")
        return metadata.namespace_;
    if (path == "metadata.uid")
        return metadata.uid;
    if (path == "metadata.labels")
        return mapLines(metadata.labels);
    if (path == "metadata.annotations")
        return mapLines(metadata.annotations);
    if (path == "spec.nodeName")
        return pod.spec->nodeName;
    if (path == "spec.serviceAccountName")
        return pod.spec->serviceAccountName;
    if (path == "status.podIP")
        return status.podIP;
    if (path == "status.podIPs")
        return joinIps(status.podIPs);
    if (path == "status.hostIP")
        return status.hostIP;
    if (path == "status.hostIPs")
        return joinIps(status.hostIPs);
    return std::unexpected(std::format("unsupported fieldPath: {}", path));
}

std::expected<std::string, std::string> containerResource(const core::Container& container,
                                                          const core::ResourceFieldSelector& selector,
                                                          const NodeAllocatable& node) {
    const std::size_t dot = selector.resource.find('.');
    const std::string list = selector.resource.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : selector.resource.substr(dot + 1);
    const core::ResourceRequirements resources = container.resources.value_or(core::ResourceRequirements());
    if ((list != "limits" && list != "requests") || name.empty())
        return std::unexpected(std::format("unsupported container resource : {}", selector.resource));
    const auto& quantities = list == "limits" ? resources.limits : resources.requests;
    const auto found = quantities.find(name);
    std::int64_t milli = 0;
    if (found != quantities.end())
        milli = parseMilli(found->second).value_or(0);
    else if (list == "limits" && name == "cpu")
        milli = node.milliCpu;
    else if (list == "limits" && name == "memory")
        milli = node.memoryBytes * 1000;
    else if (list == "limits" && name == "ephemeral-storage")
        milli = node.storageBytes * 1000;
    std::int64_t divisor = parseMilli(selector.divisor.empty() ? "1" : selector.divisor).value_or(1000);
    if (divisor <= 0)
        divisor = 1000;
    return std::to_string((milli + divisor - 1) / divisor);
}

StringMap serviceVariables(const std::vector<std::shared_ptr<const core::Service>>& services, const std::string& ns,
                           bool links) {
    StringMap variables;
    for (const auto& service : services) {
        const bool master = service->metadata.namespace_ == "default" && service->metadata.name == "kubernetes";
        if (!service->spec || service->spec->clusterIP.empty() || service->spec->clusterIP == "None")
            continue;
        if (master || (links && service->metadata.namespace_ == ns))
            addService(variables, *service);
    }
    return variables;
}

std::expected<Environment, std::string> containerEnvironment(const core::Pod& pod, const core::Container& container,
                                                             ObjectSource& objects, const NodeAllocatable& node) {
    return Collector(pod, container, objects, node).run();
}

} // namespace slipway::agent
