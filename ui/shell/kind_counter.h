#pragma once

#include "ui/resources/kind_catalog.h"
#include "ui/session/session.h"

#include <QHash>
#include <QObject>
#include <QTimer>
#include <functional>

namespace slipway::ui {

/// Counts the objects of kinds from time to time, by lists of one object each whose metadata says how many more there
/// are. GUI thread.
class KindCounter : public QObject {
    Q_OBJECT
public:
    /// @p wanted says which kinds are worth counting now.
    KindCounter(SessionPtr session, std::function<std::vector<const KindView*>()> wanted, QObject* parent = nullptr);
    void countNow();

signals:
    void counted(const QHash<QString, qint64>& counts);

private:
    SessionPtr session_;
    std::function<std::vector<const KindView*>()> wanted_;
    QTimer timer_;
    bool counting_ = false;
};

} // namespace slipway::ui
