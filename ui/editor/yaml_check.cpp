#include "ui/editor/yaml_check.h"

#include "ui/session/session.h"

#include <QCoreApplication>

namespace slipway::ui {
namespace {

struct CheckWords {
    Q_DECLARE_TR_FUNCTIONS(YamlCheck)
};

using api::Json;
using api::JsonObject;

/// Walks a document and its schema side by side.
class Check {
public:
    explicit Check(const YamlDocument& document) : document_(document) {}
    std::vector<YamlFinding> found;

    void value(const Json& value, const Schema& schema, const std::string& path) {
        if (!schema || value.is_null() || found.size() >= most)
            return;
        const QString type = schema.type();
        if (const JsonObject* object = value.if_object()) {
            if (type.isEmpty() || type == QLatin1String("object"))
                return members(*object, schema, path);
            return mismatch(path, type);
        }
        if (const api::JsonArray* array = value.if_array()) {
            if (!type.isEmpty() && type != QLatin1String("array"))
                return mismatch(path, type);
            for (std::size_t i = 0; i < array->size(); ++i)
                this->value((*array)[i], schema.items(), path + "[" + std::to_string(i) + "]");
            return;
        }
        scalar(value, schema, path);
    }

private:
    static constexpr std::size_t most = 200;

    void tell(const std::string& path, const QString& message) { found.push_back({document_.lineOf(path), message}); }
    void mismatch(const std::string& path, const QString& type) {
        tell(path, CheckWords::tr("%1 has to be of type %2").arg(text(path), type));
    }

    void members(const JsonObject& object, const Schema& schema, const std::string& path) {
        const auto below = [&path](std::string_view name) {
            return path.empty() ? std::string(name) : path + "." + std::string(name);
        };
        for (const auto& [name, member] : object) {
            if (const Schema known = schema.property(name))
                value(member, known, below(name));
            else if (const Schema any = schema.additional())
                value(member, any, below(name));
            else if (!schema.takesAnyMember())
                tell(below(name), CheckWords::tr("unknown field \"%1\"").arg(text(below(name))));
        }
        for (const QString& name : schema.required())
            if (!object.contains(name.toStdString()))
                tell(path, CheckWords::tr("%1 is missing").arg(text(below(name.toStdString()))));
    }

    void scalar(const Json& value, const Schema& schema, const std::string& path) {
        const QString type = schema.type();
        const bool whole = value.is_int64() || value.is_uint64();
        const bool fits = type.isEmpty() || (schema.isIntOrString() && (whole || value.is_string())) ||
                          (type == QLatin1String("string") && value.is_string()) ||
                          (type == QLatin1String("integer") && whole) ||
                          (type == QLatin1String("number") && (whole || value.is_double())) ||
                          (type == QLatin1String("boolean") && value.is_bool());
        if (!fits)
            return mismatch(path, type);
        const QStringList possible = schema.enumeration();
        const QString written = value.is_string() ? text(api::view(value.get_string())) : text(api::printJson(value));
        if (!possible.isEmpty() && !possible.contains(written))
            tell(path, CheckWords::tr("%1 has to be one of %2").arg(text(path), possible.join(QStringLiteral(", "))));
    }

    const YamlDocument& document_;
};

} // namespace

std::vector<YamlFinding> checkDocument(const YamlDocument& document, const Schema& schema) {
    Check check(document);
    check.value(document.object, schema, {});
    return std::move(check.found);
}

std::vector<YamlFinding> checkYaml(const QString& yaml, const SchemaCatalog& catalog) {
    const auto documents = parseYaml(yaml.toStdString());
    if (!documents)
        return {{documents.error().line, documents.error().message}};
    std::vector<YamlFinding> all;
    for (const YamlDocument& document : *documents) {
        const Schema schema = catalog.find(std::string(api::stringAt(document.object, {"apiVersion"})),
                                           std::string(api::stringAt(document.object, {"kind"})));
        std::ranges::move(checkDocument(document, schema), std::back_inserter(all));
    }
    return all;
}

Schema schemaAt(const YamlCursor& cursor, const SchemaCatalog& catalog, const QString& key) {
    Schema schema = catalog.find(cursor.apiVersion.toStdString(), cursor.kind.toStdString());
    for (const QString& member : cursor.path) {
        if (member == QLatin1String("[]"))
            schema = schema.items();
        else if (const Schema known = schema.property(member.toStdString()))
            schema = known;
        else
            schema = schema.additional();
    }
    return key.isEmpty() ? schema : schema.property(key.toStdString());
}

std::vector<Completion> completionsAt(const YamlCursor& cursor, const SchemaCatalog& catalog) {
    std::vector<Completion> all;
    const auto fits = [&cursor](const QString& word) { return word.startsWith(cursor.written, Qt::CaseInsensitive); };
    if (cursor.inValue) {
        const Schema schema = schemaAt(cursor, catalog, cursor.key);
        QStringList values = schema.enumeration();
        if (schema.type() == QLatin1String("boolean"))
            values = {QStringLiteral("true"), QStringLiteral("false")};
        if (cursor.path.isEmpty() && cursor.key == QLatin1String("kind"))
            values = catalog.kinds(cursor.apiVersion.toStdString());
        for (const QString& value : values)
            if (fits(value))
                all.push_back({value, value, {}});
        return all;
    }
    const Schema schema = schemaAt(cursor, catalog);
    QStringList names = schema.properties();
    if (cursor.path.isEmpty() && names.isEmpty())
        names = {QStringLiteral("apiVersion"), QStringLiteral("kind"), QStringLiteral("metadata"),
                 QStringLiteral("spec")};
    const QStringList required = schema.required();
    for (const QString& name : std::as_const(names)) {
        if (!fits(name) || cursor.siblings.contains(name))
            continue;
        const Schema member = schema.property(name.toStdString());
        const QString type = member.type(), inner(cursor.indent + 2, QLatin1Char(' '));
        const QString insert = type == QLatin1String("object") ? name + QStringLiteral(":\n") + inner
                               : type == QLatin1String("array")
                                   ? name + QStringLiteral(":\n") + inner + QStringLiteral("- ")
                                   : name + QStringLiteral(": ");
        QString detail = type;
        if (required.contains(name))
            detail += QStringLiteral(" · ") + CheckWords::tr("required");
        if (const QString words = member.description(); !words.isEmpty())
            detail += QLatin1Char('\n') + words;
        all.push_back({name, insert, detail});
    }
    return all;
}

} // namespace slipway::ui
