#include "cluster/api/decode.h"

#include "cluster/api/base64.h"
#include "cluster/api/json_duplicates.h"
#include "cluster/api/json_syntax.h"
#include "cluster/api/json_type_name.h"
#include "cluster/api/protobuf.h"
#include "cluster/api/quantity.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace slipway::api {
namespace {

/// A value of the wrong JSON type, worded as Go's decoder does.
struct TypeMismatch {
    std::string message;
};

std::string_view shortName(const Type& type) {
    return type.name.substr(type.name.rfind('.') + 1);
}

std::string goScalarName(const Field& field) {
    switch (field.kind) {
    case FieldKind::int32_:
        return "int32";
    case FieldKind::int64_:
        return "int64";
    case FieldKind::bool_:
        return "bool";
    case FieldKind::double_:
        return "float64";
    case FieldKind::bytes_:
        return "[]uint8";
    case FieldKind::object_: { // Go prints the last part of the package path: v1.PodSpec
        const std::string_view package = field.type->name.substr(0, field.type->name.rfind('.'));
        return std::format("{}.{}", package.substr(package.rfind('.') + 1), shortName(*field.type));
    }
    default:
        return "string";
    }
}

std::string goTypeName(const Field& field) {
    const std::string scalar = goScalarName(field);
    if (field.container == Container::list)
        return "[]" + scalar;
    if (field.container == Container::map)
        return "map[string]" + scalar;
    return field.container == Container::mapOfList ? "map[string][]" + scalar : scalar;
}

/// Walks an object along its schema.
class StructureCheck {
public:
    explicit StructureCheck(std::vector<std::string>* unknownPaths) : unknown_(unknownPaths) {}

    void object(const Type& type, JsonObject& value) {
        for (auto it = value.begin(); it != value.end();) {
            const Field* field = type.field(it->key());
            if (field == nullptr) {
                if (unknown_ != nullptr) {
                    const Inside inside(path_, {it->key()});
                    unknown_->push_back(printPath());
                }
                it = value.stable_erase(it);
            } else if (it->value().is_null() && field->kind != FieldKind::raw_) {
                it = value.stable_erase(it);
            } else {
                const Inside inside(path_, {it->key()});
                members_.push_back(field->name);
                member(type, *field, it->value());
                members_.pop_back();
                ++it;
            }
        }
    }

private:
    /// A member, the entry of a map, or the item of a list. The path is only printed where something is to be said.
    struct Step {
        static constexpr std::size_t none = static_cast<std::size_t>(-1);
        std::string_view name;
        std::size_t index = none;
    };
    class Inside {
    public:
        Inside(std::vector<Step>& path, Step step) : path_(path) { path_.push_back(step); }
        ~Inside() { path_.pop_back(); }
        Inside(const Inside&) = delete;

    private:
        std::vector<Step>& path_;
    };

    std::string printPath() const {
        std::string text;
        for (const Step& step : path_)
            if (step.index != Step::none)
                text += std::format("[{}]", step.index);
            else
                text.append(text.empty() ? "" : ".").append(step.name);
        return text;
    }

    /// Go names the innermost struct, then the members on the way there, without indexes and map keys.
    [[noreturn]] void mismatch(const Type& owner, std::string_view got, std::string_view wanted) const {
        std::string path;
        for (std::string_view name : members_)
            path += (path.empty() ? "" : ".") + std::string(name);
        throw TypeMismatch{std::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", got,
                                       shortName(owner), path, wanted)};
    }
    [[noreturn]] void mismatch(const Type& owner, const Json& got, std::string_view wanted) const {
        mismatch(owner, jsonTypeName(got), wanted);
    }

    void member(const Type& owner, const Field& field, Json& value) {
        if (field.container == Container::none)
            return single(owner, field, value);
        if (field.container == Container::list)
            return list(owner, field, value);
        if (!value.is_object())
            mismatch(owner, value, goTypeName(field));
        for (auto& [key, item] : value.get_object()) {
            const Inside inside(path_, {key});
            if (field.container == Container::map)
                single(owner, field, item);
            else
                list(owner, field, item);
        }
    }

    void list(const Type& owner, const Field& field, Json& value) {
        if (!value.is_array())
            mismatch(owner, value, goTypeName(field));
        std::size_t index = 0;
        for (Json& item : value.get_array()) {
            const Inside inside(path_, {{}, index++});
            single(owner, field, item);
        }
    }

    void single(const Type& owner, const Field& field, Json& value) {
        switch (field.kind) {
        case FieldKind::object_:
            if (!value.is_object())
                mismatch(owner, value, goScalarName(field));
            return object(*field.type, value.get_object());
        case FieldKind::string_:
            if (!value.is_string())
                mismatch(owner, value, "string");
            return;
        case FieldKind::bool_:
            if (!value.is_bool())
                mismatch(owner, value, "bool");
            return;
        case FieldKind::int32_:
            return integer(owner, field, value, std::numeric_limits<std::int32_t>::min(),
                           std::numeric_limits<std::int32_t>::max());
        case FieldKind::int64_:
            return integer(owner, field, value, std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max());
        case FieldKind::double_:
            if (!value.is_number())
                mismatch(owner, value, "float64");
            return;
        case FieldKind::bytes_:
            if (!value.is_string())
                mismatch(owner, value, "[]uint8");
            if (!decodeBase64(view(value.get_string())))
                throw TypeMismatch{"illegal base64 data at input byte 0"};
            return;
        case FieldKind::quantity_:
            return quantity(value);
        case FieldKind::intOrString_:
            if (!value.is_string())
                integer(owner, field, value, std::numeric_limits<std::int32_t>::min(),
                        std::numeric_limits<std::int32_t>::max());
            return;
        case FieldKind::time_:
        case FieldKind::microTime_:
            if (!value.is_string())
                mismatch(owner, value, "string");
            if (!base::parseTime(view(value.get_string())))
                throw TypeMismatch{
                    std::format("parsing time \"{}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{}\" as \"2006\"",
                                view(value.get_string()), view(value.get_string()))};
            return;
        case FieldKind::raw_:
            return;
        }
    }

    /// Quantities may be given as numbers; they are kept as canonical text.
    static void quantity(Json& value) {
        if (value.is_int64())
            value = std::to_string(value.get_int64());
        else if (value.is_double())
            value = std::format("{}", value.get_double());
        const auto malformed = [] {
            throw TypeMismatch{
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"};
        };
        if (!value.is_string())
            malformed();
        const std::string_view text = view(value.get_string());
        if (const auto amount = Quantity::parse(text)) {
            value = amount->print();
            return;
        }
        const std::size_t digits =
            text.find_first_not_of("0123456789.", !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0);
        if (digits != std::string_view::npos && digits > 0 &&
            text.find_first_not_of("eEinumkKMGTP", digits) == std::string_view::npos)
            throw TypeMismatch{"unable to parse quantity's suffix"};
        malformed();
    }

    void integer(const Type& owner, const Field& field, Json& value, std::int64_t least, std::int64_t most) const {
        const std::string_view name = field.kind == FieldKind::int64_ ? "int64" : "int32";
        if (value.is_double() && std::floor(value.get_double()) == value.get_double() &&
            std::abs(value.get_double()) < 9e15)
            value = static_cast<std::int64_t>(value.get_double());
        if (!value.is_number())
            mismatch(owner, value, name);
        if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most)
            mismatch(owner, "number " + (value.is_double() ? std::format("{}", value.get_double()) : printJson(value)),
                     name);
    }

    std::vector<std::string>* const unknown_;
    std::vector<Step> path_;
    std::vector<std::string_view> members_; ///< the members entered so far, for messages
};

} // namespace

std::expected<JsonObject, Status> checkMembers(const Type& type, std::string_view version, std::string_view kind,
                                               Json value, std::vector<std::string>* unknownPaths) {
    const auto refuse = [&](std::string_view why) {
        return std::unexpected(
            badRequest(std::format("{} in version \"{}\" cannot be handled as a {}: {}", kind, version, kind, why)));
    };
    if (!value.is_object())
        return refuse(
            std::format("json: cannot unmarshal {} into Go value of type {}.{}", jsonTypeName(value), version, kind));
    StructureCheck check(unknownPaths);
    try {
        check.object(type, value.get_object());
    } catch (const TypeMismatch& problem) {
        return refuse(problem.message);
    }
    return std::move(value.get_object());
}

std::optional<Status> settleFindings(const StrictFindings& findings, std::string_view version, std::string_view kind,
                                     FieldValidation validation, std::string_view body,
                                     std::vector<std::string>& warnings) {
    if (validation == FieldValidation::ignore)
        return {};
    std::vector<std::string> paths = findings.unknown, words;
    paths.insert(paths.end(), findings.duplicate.begin(), findings.duplicate.end());
    if (!findings.unknown.empty() && !findings.duplicate.empty())
        orderAsWritten(body, paths);
    for (const std::string& path : paths) {
        const bool twice = std::ranges::find(findings.duplicate, path) != findings.duplicate.end();
        words.push_back(std::format("{} field \"{}\"", twice ? "duplicate" : "unknown", path));
    }
    if (!findings.duplicateYaml.empty()) {
        std::string text = "yaml: unmarshal errors:";
        for (const std::string& line : findings.duplicateYaml)
            text += "\n  " + line;
        words.insert(words.begin(), std::move(text));
    }
    if (words.empty())
        return {};
    if (validation == FieldValidation::warn) {
        warnings.insert(warnings.end(), words.begin(), words.end());
        return {};
    }
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ", ") + word;
    return badRequest(std::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}", kind,
                                  version, kind, list));
}

std::expected<JsonObject, Status> checkStructure(const Type& type, std::string_view apiVersion, std::string_view kind,
                                                 Json value, FieldValidation unknown,
                                                 std::vector<std::string>& warnings) {
    const std::string_view version = apiVersion.substr(apiVersion.find('/') + 1);
    StrictFindings findings;
    auto checked = checkMembers(type, version, kind, std::move(value),
                                unknown == FieldValidation::ignore ? nullptr : &findings.unknown);
    if (checked)
        if (auto refusal = settleFindings(findings, version, kind, unknown, {}, warnings))
            return std::unexpected(std::move(*refusal));
    return checked;
}

void findDuplicates(std::string_view body, std::string_view contentType, StrictFindings& findings) {
    const std::string_view type = contentType.substr(0, contentType.find(';'));
    if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml") {
        (void)yamlToJson(body, &findings.duplicateYaml);
        return;
    }
    if (type != protobufContentType)
        findings.duplicate = duplicateMembers(body);
}

std::expected<Json, Status> decodeBody(std::string_view body, std::string_view contentType) {
    const std::string_view type = contentType.substr(0, contentType.find(';'));
    if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml")
        return yamlToJson(body);
    if (type == protobufContentType)
        return decodeProtobuf(body);
    if (!type.empty() && type != "application/json" && type != "*/*" && !type.ends_with("+json"))
        return std::unexpected(
            unsupportedMediaType("application/json, application/yaml, application/vnd.kubernetes.protobuf"));
    auto parsed = parseJson(body);
    if (parsed)
        return std::move(*parsed);
    const std::string why = jsonSyntaxProblem(body);
    return std::unexpected(
        badRequest("couldn't get version/kind; json parse error: " + (why.empty() ? parsed.error().message : why)));
}

} // namespace slipway::api
