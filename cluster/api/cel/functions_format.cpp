#include "cluster/api/cel/functions.h"

#include "cluster/api/base64.h"
#include "cluster/api/custom/schema_validation.h"
#include "cluster/api/validation_names.h"

#include <map>

/// Kubernetes' named formats: format.dns1123Label().validate(text).
namespace slipway::api::cel {
namespace {

using FormatProblem = std::optional<std::string> (*)(std::string_view);

template <std::optional<std::string> (*problem)(std::string_view)>
std::optional<std::string> ofPrefix(std::string_view text) {
    return problem(text.ends_with('-') ? std::string(text.substr(0, text.size() - 1)) + "a" : std::string(text));
}

std::optional<std::string> byFormat(std::string_view text, std::string_view format, std::string_view why) {
    return custom::hasFormat(text, format) ? std::nullopt : std::optional(std::string(why));
}

const std::map<std::string_view, FormatProblem>& formats() {
    static const std::map<std::string_view, FormatProblem> byName{
        {"dns1123Label", labelProblem},
        {"dns1123Subdomain", subdomainProblem},
        {"dns1035Label", label1035Problem},
        {"qualifiedName", qualifiedNameProblem},
        {"dns1123LabelPrefix", ofPrefix<labelProblem>},
        {"dns1123SubdomainPrefix", ofPrefix<subdomainProblem>},
        {"dns1035LabelPrefix", ofPrefix<label1035Problem>},
        {"labelValue", labelValueProblem},
        {"uri", [](std::string_view text) { return byFormat(text, "uri", "invalid URI"); }},
        {"uuid", [](std::string_view text) { return byFormat(text, "uuid", "does not match the UUID format"); }},
        {"byte",
         [](std::string_view text) {
             return decodeBase64(text) ? std::nullopt : std::optional<std::string>("invalid base64");
         }},
        {"date", [](std::string_view text) { return byFormat(text, "date", "invalid date"); }},
        {"datetime", [](std::string_view text) { return byFormat(text, "date-time", "invalid datetime"); }}};
    return byName;
}

class FormatValue : public Opaque {
public:
    FormatValue(std::string_view name, FormatProblem problem) : name(name), problem(problem) {}
    std::string_view typeName() const override { return "kubernetes.NamedFormat"; }
    bool equals(const Opaque& other) const override { return name == static_cast<const FormatValue&>(other).name; }
    const std::string_view name;
    const FormatProblem problem;
};

Value made(std::string_view name) {
    const auto found = formats().find(name);
    return OpaquePointer(std::make_shared<FormatValue>(found->first, found->second));
}

ValueResult named(Args args) {
    return formats().contains(text(args[0])) ? Value::some(made(text(args[0]))) : Value::none();
}

ValueResult validate(Args args) {
    const auto& format = static_cast<const FormatValue&>(*args[0].as<OpaquePointer>());
    const auto problem = format.problem(text(args[1]));
    return problem ? Value::some(Value::list({*problem})) : Value::none();
}

} // namespace

std::span<const FunctionRow> formatFunctions() {
    static const std::vector<FunctionRow> rows{
        {"format.named(string): optional(Format)", named},
        {"Format.validate(string): optional(list(string))", validate, Cost::secondTraversal},
        {"format.dns1123Label(): Format", [](Args) -> ValueResult { return made("dns1123Label"); }},
        {"format.dns1123Subdomain(): Format", [](Args) -> ValueResult { return made("dns1123Subdomain"); }},
        {"format.dns1035Label(): Format", [](Args) -> ValueResult { return made("dns1035Label"); }},
        {"format.qualifiedName(): Format", [](Args) -> ValueResult { return made("qualifiedName"); }},
        {"format.dns1123LabelPrefix(): Format", [](Args) -> ValueResult { return made("dns1123LabelPrefix"); }},
        {"format.dns1123SubdomainPrefix(): Format", [](Args) -> ValueResult { return made("dns1123SubdomainPrefix"); }},
        {"format.dns1035LabelPrefix(): Format", [](Args) -> ValueResult { return made("dns1035LabelPrefix"); }},
        {"format.labelValue(): Format", [](Args) -> ValueResult { return made("labelValue"); }},
        {"format.uri(): Format", [](Args) -> ValueResult { return made("uri"); }},
        {"format.uuid(): Format", [](Args) -> ValueResult { return made("uuid"); }},
        {"format.byte(): Format", [](Args) -> ValueResult { return made("byte"); }},
        {"format.date(): Format", [](Args) -> ValueResult { return made("date"); }},
        {"format.datetime(): Format", [](Args) -> ValueResult { return made("datetime"); }},
    };
    return rows;
}

} // namespace slipway::api::cel
