#pragma once

#include "cluster/api/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The pod security standards as plain functions of a pod (Kubernetes documentation, "Pod Security Standards").
namespace slipway::apiserver::admission::pod_security {

enum class Level { privileged, baseline, restricted };

/// A level at a version of its rules; the minor version of "v1.N", or none for "latest".
struct Policy {
    Level level = Level::privileged;
    std::optional<int> minor;

    /// "restricted:latest"
    std::string print() const;
    bool isAtLeast(int other) const { return !minor || *minor >= other; }
};

std::optional<Level> parseLevel(std::string_view text);
std::string_view nameOf(Level level);
/// Nothing for a text that is neither "latest" nor "v1.N".
std::optional<std::optional<int>> parseVersion(std::string_view text);

/// One rule a pod breaks, in Kubernetes' words.
struct Violation {
    std::string reason; ///< "privileged"
    std::string detail; ///< `container "a" must not set securityContext.privileged=true`
};

/// What is judged.
struct Pod {
    const api::JsonObject& metadata;
    const api::JsonObject& spec;
};

/// The rules of a level a pod breaks, in Kubernetes' order; empty: none.
std::vector<Violation> violations(const Policy& policy, const Pod& pod);

/// "a (x), b (y)" and "a, b"
std::string detailsOf(const std::vector<Violation>& list);
std::string reasonsOf(const std::vector<Violation>& list);

/// The checks of the two levels (baseline.cpp, restricted.cpp); @p overridden: the restricted level judges the same
/// members by its own, stricter rule.
void checkBaseline(const Policy& policy, const Pod& pod, bool overridden, std::vector<Violation>& found);
void checkRestricted(const Policy& policy, const Pod& pod, std::vector<Violation>& found);

} // namespace slipway::apiserver::admission::pod_security
