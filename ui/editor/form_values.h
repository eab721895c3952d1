#pragma once

#include "ui/editor/schema_catalog.h"

#include <string>
#include <variant>
#include <vector>

namespace slipway::ui {

/// The way to a value inside an object: names of members and places in lists.
using FormPath = std::vector<std::variant<std::string, std::size_t>>;

/// "spec.template.spec.containers[0].image".
QString pathText(const FormPath& path);
/// The value at a path, or null.
api::Json* valueAt(api::Json& root, const FormPath& path);
/// Takes away the member or the element at a path.
void removeAt(api::Json& root, const FormPath& path);

/// What a new value of a schema begins as: required members are there, everything else is left to the server. Pure.
api::Json initialValue(const Schema& schema);
/// A new object of a kind: of the common ones what is wanted most, of the others what their schema demands. Pure.
api::JsonObject newObject(const std::string& apiVersion, const std::string& kind, bool namespaced, const QString& ns,
                          const Schema& schema);
/// What somebody typed for a scalar as the schema's type; text that is no such value stays text, and the server says
/// so. Pure.
api::Json scalarOf(const Schema& schema, const QString& typed);
/// An object without what was left empty: texts, lists and members nobody filled in and nothing demands. Pure.
api::Json withoutEmpty(const api::Json& value, const Schema& schema);
/// The members of a mapping a form offers: all but those only the server writes. Pure.
QStringList offeredMembers(const Schema& schema, const FormPath& path);

} // namespace slipway::ui
