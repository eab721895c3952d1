#pragma once

#include "cluster/api/json.h"

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

namespace meta_v1 {
struct LabelSelector;
}

/// One condition on a label.
struct LabelRequirement {
    enum class Operator { in, notIn, exists, doesNotExist, greater, less };
    std::string key;
    Operator op = Operator::exists;
    std::vector<std::string> values;
};

/// A parsed label selector in its text form ("app=web,tier in (a,b),!canary"). Immutable; thread-safe.
class LabelMatcher {
public:
    /// The error is the text Kubernetes answers with.
    static std::expected<LabelMatcher, std::string> parse(std::string_view text);

    bool matches(const std::map<std::string, std::string>& labels) const;
    /// Reads metadata.labels of an object.
    bool matches(const JsonObject& object) const;
    bool empty() const { return requirements_.empty(); }

    std::vector<LabelRequirement> requirements_;
};

/// A parsed field selector ("status.phase!=Failed,spec.nodeName=n1").
struct FieldMatcher {
    struct Requirement {
        std::string path, value;
        bool equal = true;
    };
    std::vector<Requirement> requirements;

    static std::expected<FieldMatcher, std::string> parse(std::string_view text);
    /// Compares with the object's members at the dotted paths; an absent member is the empty string.
    bool matches(const JsonObject& object) const;
    bool empty() const { return requirements.empty(); }
};

/// The typed selector of workloads and services. An empty selector matches everything.
bool matches(const meta_v1::LabelSelector& selector, const std::map<std::string, std::string>& labels);

/// Its text form, as `kubectl get -o wide` shows it and scale reports it.
std::string formatSelector(const JsonObject& labelSelector);

} // namespace slipway::api
