#pragma once

#include <QLineEdit>
#include <QListWidget>
#include <QStringList>
#include <QToolButton>

namespace slipway::ui {

/// Chooses the namespaces a table shows: all, one, or several. A name that is not listed can be typed, for those who
/// may not list namespaces.
class NamespacePicker : public QToolButton {
    Q_OBJECT
public:
    explicit NamespacePicker(QWidget* parent = nullptr);

    void setNames(const QStringList& names);
    /// Shows a choice without telling; empty: all.
    void setChosen(const QStringList& chosen);
    const QStringList& chosen() const { return chosen_; }
    QListWidget& list() { return *list_; }

signals:
    void chosenChanged(const QStringList& chosen);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void take(QListWidgetItem* item);
    void chooseOnly(QListWidgetItem* item);
    void showChoice();
    void popUp();

    QStringList names_, chosen_;
    QFrame* popup_;
    QLineEdit* line_;
    QListWidget* list_;
};

} // namespace slipway::ui
