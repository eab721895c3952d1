#include "cluster/api/cel/authorizer.h"
#include "cluster/api/cel/functions.h"

/// Kubernetes' authorizer: questions are put together call by call, and asked by check().
namespace slipway::api::cel {
namespace {

using Ask = std::function<AccessAnswer(const AccessQuestion&)>;

/// A question on its way, at one of its stages.
class QuestionValue : public Opaque {
public:
    QuestionValue(std::string_view stage, Ask ask, AccessQuestion question)
        : stage(stage), ask(std::move(ask)), question(std::move(question)) {}
    std::string_view typeName() const override { return stage; }
    bool equals(const Opaque& other) const override { return this == &other; }
    const std::string_view stage;
    const Ask ask;
    const AccessQuestion question;
};

class DecisionValue : public Opaque {
public:
    explicit DecisionValue(AccessAnswer answer) : answer(std::move(answer)) {}
    std::string_view typeName() const override { return "kubernetes.authorization.Decision"; }
    bool equals(const Opaque& other) const override { return this == &other; }
    const AccessAnswer answer;
};

constexpr std::string_view authorizerStage = "kubernetes.authorization.Authorizer",
                           pathStage = "kubernetes.authorization.PathCheck",
                           groupStage = "kubernetes.authorization.GroupCheck",
                           resourceStage = "kubernetes.authorization.ResourceCheck";

const QuestionValue& questionOf(const Value& value) {
    return static_cast<const QuestionValue&>(*value.as<OpaquePointer>());
}
const AccessAnswer& answerOf(const Value& value) {
    return static_cast<const DecisionValue&>(*value.as<OpaquePointer>()).answer;
}

/// The question with one more member set.
template <std::string AccessQuestion::* member> ValueResult with(Args args, std::string_view stage) {
    const QuestionValue& before = questionOf(args[0]);
    AccessQuestion next = before.question;
    next.*member = text(args[1]);
    return OpaquePointer(std::make_shared<QuestionValue>(stage, before.ask, std::move(next)));
}

ValueResult path(Args args) {
    return text(args[1]).empty() ? fail("path must not be empty") : with<&AccessQuestion::path>(args, pathStage);
}

ValueResult serviceAccount(Args args) {
    const QuestionValue& before = questionOf(args[0]);
    AccessQuestion next = before.question;
    next.accountNamespace = text(args[1]);
    next.accountName = text(args[2]);
    return OpaquePointer(std::make_shared<QuestionValue>(authorizerStage, before.ask, std::move(next)));
}

ValueResult check(Args args) {
    const QuestionValue& about = questionOf(args[0]);
    AccessQuestion question = about.question;
    question.verb = text(args[1]);
    return OpaquePointer(std::make_shared<DecisionValue>(about.ask ? about.ask(question) : AccessAnswer()));
}

} // namespace

Value authorizerValue(Ask ask) {
    return OpaquePointer(std::make_shared<QuestionValue>(authorizerStage, std::move(ask), AccessQuestion()));
}
Value requestResourceValue(Ask ask, AccessQuestion about) {
    return OpaquePointer(std::make_shared<QuestionValue>(resourceStage, std::move(ask), std::move(about)));
}
TypePointer authorizerType() {
    return opaque(authorizerStage);
}
TypePointer requestResourceType() {
    return opaque(resourceStage);
}

std::span<const FunctionRow> authorizerFunctions() {
    using Q = AccessQuestion;
    static const std::vector<FunctionRow> rows{
        {"Authorizer.path(string): PathCheck", path},
        {"Authorizer.group(string): GroupCheck", [](Args a) { return with<&Q::group>(a, groupStage); }},
        {"Authorizer.serviceAccount(string, string): Authorizer", serviceAccount},
        {"GroupCheck.resource(string): ResourceCheck", [](Args a) { return with<&Q::resource>(a, resourceStage); }},
        {"ResourceCheck.subresource(string): ResourceCheck",
         [](Args a) { return with<&Q::subresource>(a, resourceStage); }},
        {"ResourceCheck.namespace(string): ResourceCheck", [](Args a) { return with<&Q::ns>(a, resourceStage); }},
        {"ResourceCheck.name(string): ResourceCheck", [](Args a) { return with<&Q::name>(a, resourceStage); }},
        {"ResourceCheck.fieldSelector(string): ResourceCheck",
         [](Args a) { return with<&Q::fieldSelector>(a, resourceStage); }},
        {"ResourceCheck.labelSelector(string): ResourceCheck",
         [](Args a) { return with<&Q::labelSelector>(a, resourceStage); }},
        {"ResourceCheck.check(string): Decision", check, Cost::authorization},
        {"PathCheck.check(string): Decision", check, Cost::authorization},
        {"Decision.allowed(): bool", [](Args a) -> ValueResult { return answerOf(a[0]).allowed; }},
        {"Decision.reason(): string", [](Args a) -> ValueResult { return answerOf(a[0]).reason; }},
        {"Decision.errored(): bool", [](Args a) -> ValueResult { return !answerOf(a[0]).error.empty(); }},
        {"Decision.error(): string", [](Args a) -> ValueResult { return answerOf(a[0]).error; }},
    };
    return rows;
}

} // namespace slipway::api::cel
