#include "cluster/api/cel/admission_types.h"

#include "cluster/api/cel/authorizer.h"

#include <format>
#include <functional>
#include <map>
#include <set>

namespace slipway::api::cel {
namespace {

using Fields = std::map<std::string, TypePointer, std::less<>>;

TypePointer object(std::string name, Fields fields) {
    auto type = std::make_shared<Type>();
    type->kind = Kind::object;
    type->name = std::move(name);
    type->fields = std::move(fields);
    return type;
}

TypePointer text() {
    return simple(Kind::string);
}

TypePointer requestType() {
    const TypePointer kind =
        object("kubernetes.GroupVersionKind", {{"group", text()}, {"version", text()}, {"kind", text()}});
    const TypePointer resource =
        object("kubernetes.GroupVersionResource", {{"group", text()}, {"version", text()}, {"resource", text()}});
    const TypePointer user = object(
        "kubernetes.UserInfo",
        {{"username", text()}, {"uid", text()}, {"groups", listOf(text())}, {"extra", mapOf(text(), listOf(text()))}});
    return object("kubernetes.AdmissionRequest", {{"kind", kind},
                                                  {"resource", resource},
                                                  {"subResource", text()},
                                                  {"requestKind", kind},
                                                  {"requestResource", resource},
                                                  {"requestSubResource", text()},
                                                  {"name", text()},
                                                  {"namespace", text()},
                                                  {"operation", text()},
                                                  {"userInfo", user},
                                                  {"dryRun", simple(Kind::bool_)},
                                                  {"options", simple(Kind::dyn)}});
}

TypePointer namespaceType() {
    const TypePointer labels = mapOf(text(), text());
    const TypePointer metadata =
        object("kubernetes.NamespaceMetadata", {{"name", text()},
                                                {"generateName", text()},
                                                {"namespace", text()},
                                                {"labels", labels},
                                                {"annotations", labels},
                                                {"UID", text()},
                                                {"uid", text()},
                                                {"resourceVersion", text()},
                                                {"generation", simple(Kind::int_)},
                                                {"creationTimestamp", simple(Kind::timestamp)},
                                                {"deletionTimestamp", simple(Kind::timestamp)},
                                                {"deletionGracePeriodSeconds", simple(Kind::int_)},
                                                {"finalizers", listOf(text())}});
    const TypePointer condition =
        object("kubernetes.NamespaceCondition", {{"status", text()},
                                                 {"type", text()},
                                                 {"lastTransitionTime", simple(Kind::timestamp)},
                                                 {"message", text()},
                                                 {"reason", text()}});
    return object(
        "kubernetes.Namespace",
        {{"metadata", metadata},
         {"spec", object("kubernetes.NamespaceSpec", {{"finalizers", listOf(text())}})},
         {"status", object("kubernetes.NamespaceStatus", {{"conditions", listOf(condition)}, {"phase", text()}})}});
}

/// Reads the expressions of a policy one after another.
class PolicyCheck {
public:
    PolicyCheck(const AdmissionScope& scope, bool typesOnly) : typesOnly_(typesOnly) {
        types_ = admissionTypes(scope);
        AdmissionScope quiet = scope;
        quiet.authorizer = false;
        messageTypes_ = admissionTypes(quiet);
    }

    void variables(const JsonObject& spec) {
        Fields known;
        const JsonArray& list = listIn(spec, "variables");
        for (std::size_t i = 0; i < list.size(); ++i) {
            setVariables(known);
            const std::string_view text = stringAt(list[i], {"expression"});
            const auto compiled = compile(text, types_, std::format("spec.variables[{}].expression", i), !typesOnly_);
            known[std::string(stringAt(list[i], {"name"}))] =
                compiled ? std::make_shared<const Type>(compiled->type()) : simple(Kind::dyn);
        }
        setVariables(known);
    }

    void validations(const JsonObject& spec) {
        const JsonArray& list = listIn(spec, "validations");
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string path = std::format("spec.validations[{}]", i);
            wanted(stringAt(list[i], {"expression"}), types_, path + ".expression", {Kind::bool_}, "bool");
            wanted(stringAt(list[i], {"messageExpression"}), messageTypes_, path + ".messageExpression", {Kind::string},
                   "string");
        }
    }

    void annotations(const JsonObject& spec) {
        const JsonArray& list = listIn(spec, "auditAnnotations");
        for (std::size_t i = 0; i < list.size(); ++i)
            wanted(stringAt(list[i], {"valueExpression"}), types_,
                   std::format("spec.auditAnnotations[{}].valueExpression", i), {Kind::string, Kind::null},
                   "one of [string null_type]");
    }

    void conditions(const JsonObject& spec) {
        const JsonArray& list = listIn(spec, "matchConditions");
        for (std::size_t i = 0; i < list.size(); ++i)
            wanted(stringAt(list[i], {"expression"}), types_, std::format("spec.matchConditions[{}].expression", i),
                   {Kind::bool_}, "bool");
    }

    std::vector<ExpressionFinding> findings;

private:
    static const JsonArray& listIn(const JsonObject& spec, std::string_view member) {
        static const JsonArray none;
        const Json* found = spec.if_contains(member);
        return found != nullptr && found->is_array() ? found->get_array() : none;
    }

    void setVariables(const Fields& known) {
        types_["variables"] = object("kubernetes.variables", known);
        messageTypes_["variables"] = types_["variables"];
    }

    std::optional<Expression> compile(std::string_view text, const Expression::Types& types, const std::string& path,
                                      bool reports = true) {
        if (text.find_first_not_of(" \t\r\n") == text.npos)
            return std::nullopt;
        auto compiled = Expression::compile(text, types);
        if (compiled)
            return std::move(*compiled);
        if (reports)
            findings.push_back({path, std::string(text), compiled.error()});
        return std::nullopt;
    }

    void wanted(std::string_view text, const Expression::Types& types, const std::string& path,
                std::initializer_list<Kind> kinds, std::string_view name) {
        const auto compiled = compile(text, types, path);
        if (!compiled || typesOnly_)
            return;
        const Kind is = compiled->type().kind;
        if (is == Kind::dyn)
            return;
        for (Kind kind : kinds)
            if (is == kind)
                return;
        findings.push_back({path, std::string(text), std::format("must evaluate to {}", name)});
    }

    const bool typesOnly_;
    Expression::Types types_, messageTypes_;
};

constexpr int deepestType = 12; // types that hold themselves end here

TypePointer declared(const api::Type& type, int depth);

TypePointer fieldType(const Field& field, int depth) {
    switch (field.kind) {
    case FieldKind::string_:
    case FieldKind::quantity_:
        return field.kind == FieldKind::string_ ? text() : simple(Kind::dyn);
    case FieldKind::int32_:
    case FieldKind::int64_:
        return simple(Kind::int_);
    case FieldKind::bool_:
        return simple(Kind::bool_);
    case FieldKind::double_:
        return simple(Kind::double_);
    case FieldKind::bytes_:
        return simple(Kind::bytes);
    case FieldKind::time_:
    case FieldKind::microTime_:
        return simple(Kind::timestamp);
    case FieldKind::object_:
        return field.type == nullptr || depth > deepestType ? simple(Kind::dyn) : declared(*field.type, depth + 1);
    case FieldKind::intOrString_:
    case FieldKind::raw_:
        return simple(Kind::dyn);
    }
    return simple(Kind::dyn);
}

TypePointer contained(const Field& field, int depth) {
    const TypePointer one = fieldType(field, depth);
    switch (field.container) {
    case Container::list:
        return listOf(one);
    case Container::map:
        return mapOf(text(), one);
    case Container::mapOfList:
        return mapOf(text(), listOf(one));
    case Container::none:
        break;
    }
    return one;
}

TypePointer declared(const api::Type& type, int depth) {
    Fields fields;
    for (const Field& field : type.fields)
        if (const std::string name = escapedName(field.name); !name.empty())
            fields[name] = contained(field, depth);
    return object(std::string(type.name), std::move(fields));
}

} // namespace

Expression::Types admissionTypes(const AdmissionScope& scope) {
    static const TypePointer request = requestType(), ns = namespaceType();
    const TypePointer thing = scope.object != nullptr ? scope.object : simple(Kind::dyn);
    Expression::Types types{{"object", thing}, {"oldObject", thing}, {"request", request}, {"namespaceObject", ns}};
    if (scope.params)
        types["params"] = scope.param != nullptr ? scope.param : simple(Kind::dyn);
    if (scope.authorizer) {
        types["authorizer"] = authorizerType();
        types["authorizer.requestResource"] = requestResourceType();
    }
    return types;
}

std::vector<ExpressionFinding> checkPolicy(const JsonObject& policy, const AdmissionScope& scope, bool typesOnly) {
    const Json* spec = policy.if_contains("spec");
    if (spec == nullptr || !spec->is_object())
        return {};
    PolicyCheck check(scope, typesOnly);
    if (!typesOnly)
        check.conditions(spec->get_object());
    check.variables(spec->get_object());
    check.validations(spec->get_object());
    if (!typesOnly)
        check.annotations(spec->get_object());
    return std::move(check.findings);
}

TypePointer declaredTypeOf(const api::Type& type) {
    return declared(type, 0);
}

} // namespace slipway::api::cel
