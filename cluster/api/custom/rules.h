#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace slipway::api::custom {

/// One rule of x-kubernetes-validations, compiled.
struct Rule {
    cel::Expression expression;
    std::optional<cel::Expression> messageExpression;
    std::string text, message, reason, fieldPath;
    bool comparesOld = false; ///< names oldSelf: asked of changes only
    bool optionalOld = false; ///< oldSelf is an optional value, and the rule is asked of new objects too
};

struct RuleSet {
    cel::TypePointer type; ///< of self
    std::vector<Rule> rules;
};

/// A rule, or why it cannot be one: the member of the rule it is about, and the problem in Kubernetes' words.
struct RuleProblem {
    std::string member; ///< "rule", "messageExpression"
    std::string message;
};
std::expected<Rule, RuleProblem> compileRule(const JsonObject& props, const cel::TypePointer& self);

/// Compiles the rules of a schema and of all below it. Rules that cannot be compiled are left out: definitions were
/// judged before. @p root: the schema is that of a whole resource, or of an embedded one.
void compileRules(Schema& schema, bool root);

/// The findings on the rules of a definition's schema: their texts, whether they compile, and what they may cost.
/// @p path: of the schema.
std::vector<StatusCause> validateRules(const Schema& schema, const std::string& path);

/// What the rules say of a value, and of a change. @p before: the value it was; null: it is new. Findings about what
/// did not change are @p warnings (when not null) instead. Rules cost: when the budget is used up, the rest is not
/// asked. Source: KEP-2876, KEP-4008.
std::vector<StatusCause> judgeByRules(const Schema& schema, const Json& value, const Json* before,
                                      const std::string& path, std::vector<std::string>* warnings);

/// The item of a list of type map with the same keys, or null.
const Json* sameItem(const Json& item, const Json& list, const Schema& schema);

/// The schema at a rule's fieldPath (".spec.x", ".map['k']") below a schema, and the path as errors write it; nothing
/// when there is no such field.
std::optional<std::string> fieldAt(const Schema& schema, std::string_view path);

} // namespace slipway::api::custom
