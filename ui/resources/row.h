#pragma once

#include "cluster/api/json.h"
#include "ui/look/theme.h"
#include "ui/resources/quantities.h"

#include <QMetaType>
#include <QString>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slipway::ui {

/// One value of a table row.
struct Cell {
    QString text;
    Tone tone = Tone::plain;
    double number = 0; ///< what numeric columns sort by
    QString tip;       ///< longer text for the tool tip; may be empty
    double share = -1; ///< of what is allowed or there, 0 to 1, drawn as a bar; below 0: none
};

/// One container of a pod, drawn as a small brick.
struct Brick {
    QString name, state; ///< state in words: "running", "CrashLoopBackOff"
    Tone tone = Tone::muted;
    int restarts = 0;
    bool init = false, terminated = false, failed = false;
};

/// What a table shows of one object. Made off the GUI thread from the object's JSON, which is not kept.
struct Row {
    QString uid, ns, name, resourceVersion;
    std::int64_t created = 0; ///< seconds since the epoch; 0: unknown
    std::map<std::string, std::string> labels;
    std::vector<Cell> cells; ///< the kind's own columns, in order
    std::vector<Brick> bricks;
    std::vector<QString> containers; ///< names, for logs and terminals
    int replicas = -1;               ///< spec.replicas where there is one
    bool terminating = false;
    ResourceBounds bounds; ///< of pods; of nodes the limits are what is allocatable
};

/// How a column is drawn and sorted.
enum class ColumnRole { text, number, status, containers, replicas, cpu, memory, age };

} // namespace slipway::ui
