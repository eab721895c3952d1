#pragma once

#include <QDockWidget>
#include <QMainWindow>
#include <functional>

class QLabel;
class QToolButton;

namespace slipway::ui {

/// The title of a dock: icon, words, and buttons to put it beside the others, let it float and close it.
class DockTitle : public QWidget {
    Q_OBJECT
public:
    DockTitle(QDockWidget& dock, const QString& iconName, bool canGoBeside);

signals:
    void besideRequested();
    void closeRequested();

protected:
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    void show(QDockWidget& dock, const QString& iconName);
    QLabel *icon_, *words_;
    QToolButton *beside_ = nullptr, *float_, *close_;
};

/// The panels of a workspace (logs, terminals, editors, charts), each in a dock of its own: tabbed below the table at
/// first, wherever somebody drags them then. Where each kind of panel last stood is remembered. GUI thread.
class PanelDocks : public QObject {
    Q_OBJECT
public:
    /// Asked before a panel is closed; false keeps it.
    using MayClose = std::function<bool(QWidget& panel)>;

    PanelDocks(QMainWindow& host, MayClose mayClose);

    /// Shows a panel and gives it the keyboard. @p kind ("logs") names its remembered place.
    void add(QWidget* panel, const QString& kind, const QString& iconName, const QString& title);
    int count() const { return static_cast<int>(docks_.size()); }
    QWidget* widget(int index) const { return index < count() ? docks_[index]->widget() : nullptr; }
    /// The panel that was used last, or null.
    QWidget* current() const;
    void setCurrentIndex(int index) { raise(docks_.value(index)); }
    void setCurrentWidget(QWidget* panel);
    void close(QWidget* panel);
    void closeCurrent() { close(current()); }
    /// Puts the current panel beside the other ones, or back among them.
    void putBeside();
    void setVisible(bool visible);
    void hide() { setVisible(false); }

signals:
    /// The last panel has gone.
    void emptied();

private:
    void raise(QDockWidget* dock);
    void place(QDockWidget* dock);
    QString freeName(const QString& kind) const;

    QMainWindow& host_;
    MayClose mayClose_;
    QList<QDockWidget*> docks_;
    QDockWidget* current_ = nullptr;
};

} // namespace slipway::ui
