#include "ui/session/session.h"

#include <QCoreApplication>

namespace slipway::ui {

QString errorText(const client::Error& error) {
    const QString message = text(error.message);
    switch (error.kind) {
    case client::Errc::unreachable:
        return QCoreApplication::translate("Errors", "The cluster cannot be reached: %1").arg(message);
    case client::Errc::unauthorized:
        return QCoreApplication::translate("Errors", "The cluster does not accept these credentials: %1").arg(message);
    case client::Errc::conflict:
        return QCoreApplication::translate("Errors", "Someone else changed it meanwhile: %1").arg(message);
    default:
        return message.isEmpty() ? text(error.reason) : message;
    }
}

} // namespace slipway::ui
