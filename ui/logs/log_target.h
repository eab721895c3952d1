#pragma once

#include "ui/logs/log_stream.h"
#include "ui/resources/object_ref.h"

#include <QStringList>

namespace slipway::ui {

/// Pods that are found by their labels, also those that come later.
struct PodSelector {
    QString ns;
    std::string labels;
};

/// Whose logs are shown together.
struct LogTarget {
    QString name; ///< for files and titles
    std::vector<LogSource> sources;
    std::vector<PodSelector> selectors;
};

/// The containers of a pod: those it runs with, then its init and debug containers. Pure.
QStringList containersOf(const api::JsonObject& pod);
/// Turns pods, workloads and services into what to follow. Blocks.
client::Result<LogTarget> logTargetOf(const client::Client& client, const std::vector<ObjectRef>& objects);

} // namespace slipway::ui
