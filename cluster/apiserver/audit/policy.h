#pragma once

#include "cluster/apiserver/request.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The audit log: who asked the server for what, and what came of it (audit.k8s.io/v1).
namespace slipway::apiserver::audit {

/// How much is noted of a request; each level holds what those before it do.
enum class Level { none, metadata, request, requestResponse };

/// When something is noted of a request.
enum class Stage {
    requestReceived,
    responseStarted, ///< only of what goes on: watches, logs, connections
    responseComplete,
    panic ///< the server failed
};

std::string_view nameOf(Level level);
std::string_view nameOf(Stage stage);

/// What a policy says of one request.
struct Verdict {
    Level level = Level::none;
    std::uint8_t omittedStages = 0; ///< bit 1 << stage
    bool omitManagedFields = false;

    bool notes(Stage stage) const {
        return level != Level::none && (omittedStages >> static_cast<int>(stage) & 1) == 0;
    }
};

/// The namespace a request is in, as policies and events name it: that of a namespace is itself.
std::string_view namespaceOf(const RequestInfo& info);

/// A Policy of audit.k8s.io/v1: the first rule that fits a request says how much of it is noted. Immutable;
/// thread-safe.
class Policy {
public:
    /// Reads a policy file (YAML or JSON). Errors: readable; what is no policy, has no rules, or says what cannot be.
    static std::expected<Policy, std::string> parse(std::string_view text);

    /// @p user: null when nobody was recognized; rules for certain users then fit too.
    Verdict judge(const RequestInfo& info, const User* user) const;

private:
    /// Of one API group; an empty list names everything.
    struct Resources {
        std::string group;
        std::vector<std::string> resources, names;
    };
    struct Rule {
        Verdict verdict;
        std::vector<std::string> users, groups, verbs, namespaces, urls;
        std::vector<Resources> resources;
    };
    static std::expected<Rule, std::string> readRule(const api::Json& entry, const std::string& path);
    static bool fits(const Rule& rule, const RequestInfo& info, const User* user);
    static bool fitsResource(const Rule& rule, const RequestInfo& info);

    std::vector<Rule> rules_;
};

} // namespace slipway::apiserver::audit
