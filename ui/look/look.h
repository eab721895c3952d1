#pragma once

#include <QObject>
#include <utility>

namespace slipway::ui {

/// Tells that the language or the theme has changed. GUI thread.
class LookChanges : public QObject {
    Q_OBJECT
signals:
    void changed();
};
LookChanges& lookChanges();

/// Runs @p apply now, and again whenever language or theme change, for as long as @p owner lives: it sets every text
/// and colour that does not follow by itself. Nothing is built anew, so that what somebody typed stays.
template <class Apply> void keepLook(QObject* owner, Apply apply) {
    apply();
    QObject::connect(&lookChanges(), &LookChanges::changed, owner, std::move(apply));
}

} // namespace slipway::ui
