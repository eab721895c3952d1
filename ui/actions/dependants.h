#pragma once

#include "ui/resources/object_ref.h"

#include <QStringList>

namespace slipway::ui {

/// What goes when these objects are deleted: what they own, and what that owns; of a namespace everything in it. Each
/// as "Kind/name". Blocks; asks for metadata only. Kinds that cannot be read are left out.
QStringList dependantsOf(const client::Client& client, const std::vector<ObjectRef>& objects);

/// The metadata of all objects of a resource (PartialObjectMetadata). Blocks.
client::Result<api::JsonArray> listMetadata(const client::Client& client, const client::ResourceRef& resource,
                                            const std::string& ns, int limit = 0);

} // namespace slipway::ui
