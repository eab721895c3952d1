#include "ui/access/who_can.h"

#include "ui/resources/row_readers.h"

#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

bool lists(const JsonObject& rule, const char* member, const std::vector<std::string>& any) {
    return std::ranges::any_of(arrayAt(rule, {member}), [&any](const Json& item) {
        return item.is_string() && std::ranges::find(any, api::view(item.get_string())) != any.end();
    });
}

const JsonObject* named(const std::vector<Json>& objects, std::string_view name) {
    for (const Json& object : objects)
        if (api::stringAt(object, {"metadata", "name"}) == name)
            return object.if_object();
    return nullptr;
}

/// Whether a role allows it at all, and for which names.
bool roleAllows(const JsonObject& role, const AccessQuestion& question, QString& names) {
    QStringList some;
    for (const Json& item : arrayAt(role, {"rules"})) {
        const JsonObject* rule = item.if_object();
        QString only;
        if (rule == nullptr || !ruleAllows(*rule, question, only))
            continue;
        if (only.isEmpty())
            return names.clear(), true;
        some << only;
    }
    names = some.join(QStringLiteral(", "));
    return !some.isEmpty();
}

void addSubjects(const JsonObject& binding, const char* kind, const QString& role, const QString& names,
                 std::vector<Holder>& into) {
    const QString by = QLatin1String(kind) + QLatin1Char('/') + text(api::stringAt(binding, {"metadata", "name"}));
    for (const Json& subject : arrayAt(binding, {"subjects"})) {
        const Holder holder{text(api::stringAt(subject, {"kind"})),
                            text(api::stringAt(subject, {"name"})),
                            text(api::stringAt(subject, {"namespace"})),
                            role,
                            by,
                            names};
        if (std::ranges::find(into, holder) == into.end())
            into.push_back(holder);
    }
}

void addBindings(const std::vector<Json>& bindings, const char* kind, const RbacObjects& objects,
                 const AccessQuestion& question, std::vector<Holder>& into) {
    for (const Json& item : bindings) {
        const JsonObject* binding = item.if_object();
        if (binding == nullptr)
            continue;
        const auto roleKind = api::stringAt(*binding, {"roleRef", "kind"});
        const auto roleName = api::stringAt(*binding, {"roleRef", "name"});
        const JsonObject* role = named(roleKind == "Role" ? objects.roles : objects.clusterRoles, roleName);
        QString names;
        if (role != nullptr && roleAllows(*role, question, names))
            addSubjects(*binding, kind, text(roleKind) + QLatin1Char('/') + text(roleName), names, into);
    }
}

} // namespace

bool ruleAllows(const JsonObject& rule, const AccessQuestion& question, QString& names) {
    const std::string full =
        question.subresource.empty() ? question.resource : question.resource + "/" + question.subresource;
    std::vector<std::string> resources{"*", full};
    if (!question.subresource.empty())
        resources.push_back("*/" + question.subresource);
    if (!lists(rule, "verbs", {"*", question.verb}) || !lists(rule, "apiGroups", {"*", question.group}) ||
        !lists(rule, "resources", resources))
        return false;
    QStringList all;
    for (const Json& name : arrayAt(rule, {"resourceNames"}))
        if (name.is_string())
            all << text(api::view(name.get_string()));
    names = all.join(QStringLiteral(", "));
    return true;
}

std::vector<Holder> whoCan(const RbacObjects& objects, const AccessQuestion& question) {
    std::vector<Holder> holders;
    addBindings(objects.clusterRoleBindings, "ClusterRoleBinding", objects, question, holders);
    if (!question.ns.empty())
        addBindings(objects.roleBindings, "RoleBinding", objects, question, holders);
    return holders;
}

client::Result<RbacObjects> readRbac(const client::Client& client, const std::string& ns) {
    RbacObjects objects;
    const auto read = [&](const char* resource, const char* kind, bool namespaced,
                          std::vector<Json>& into) -> client::Result<void> {
        auto list = client.listAll({"rbac.authorization.k8s.io", "v1", resource, kind, namespaced}, ns);
        if (!list)
            return std::unexpected(list.error());
        into = std::move(list->items);
        return {};
    };
    auto done = read("clusterroles", "ClusterRole", false, objects.clusterRoles).and_then([&] {
        return read("clusterrolebindings", "ClusterRoleBinding", false, objects.clusterRoleBindings);
    });
    if (done && !ns.empty())
        done = read("roles", "Role", true, objects.roles).and_then([&] {
            return read("rolebindings", "RoleBinding", true, objects.roleBindings);
        });
    if (!done)
        return std::unexpected(done.error());
    return objects;
}

} // namespace slipway::ui
