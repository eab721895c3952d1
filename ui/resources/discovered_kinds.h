#pragma once

#include "ui/resources/kind_catalog.h"

#include <functional>

namespace slipway::ui {

/// Fills the cells of a row from those of the server's Table that came with the object.
void readTabled(const KindView& kind, const api::JsonObject& object, Row& row);

/// The first discovered kind that fits, or null. Any thread.
const KindView* findDiscovered(const std::function<bool(const KindView&)>& fits);

} // namespace slipway::ui
