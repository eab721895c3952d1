#pragma once

#include "ui/resources/resource_page.h"

#include <QAction>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>

namespace slipway::ui {

/// Finds any action, and any object of the cluster, by typing parts of its name. Ctrl+K.
class CommandPalette : public QDialog {
    Q_OBJECT
public:
    CommandPalette(QList<QAction*> actions, QWidget* parent);
    QLineEdit& line() { return *line_; }
    QListWidget& list() { return *list_; }
    /// The objects that can be found besides.
    void setObjects(std::vector<ObjectRef> objects);

signals:
    void objectChosen(const slipway::ui::ObjectRef& object);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill(const QString& typed);
    void addObjects(const QString& words);
    void run();

    QList<QAction*> actions_;
    std::vector<ObjectRef> objects_;
    QLineEdit* line_;
    QListWidget* list_;
};

/// How well typed text fits a name: higher is better, below 0 not at all. All words must occur; word starts count more.
int matchScore(const QString& typed, const QString& name);

} // namespace slipway::ui
