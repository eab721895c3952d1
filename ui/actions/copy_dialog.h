#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QStringList>

class QWidget;

namespace slipway::ui {

/// A file or folder to be copied between a container and this computer.
struct FileCopy {
    ObjectRef pod;
    QString container;
    QString inside, outside; ///< paths
    bool toPod = false;
};

/// The arguments of kubectl that copy it. Pure.
QStringList copyArguments(const Session& session, const FileCopy& copy);

/// Asks what to copy and copies it with kubectl, which needs tar in the container.
void showCopyDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod);

} // namespace slipway::ui
