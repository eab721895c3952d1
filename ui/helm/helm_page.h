#pragma once

#include "ui/helm/helm_release.h"
#include "ui/history/diff_view.h"
#include "ui/session/session.h"

#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// Helm's releases out of the cluster itself, with their history, values, notes and manifests; rollback, uninstall and
/// install go through the helm program when it is there.
class HelmPage : public QWidget {
    Q_OBJECT
public:
    explicit HelmPage(SessionPtr session, QWidget* parent = nullptr);
    QTreeWidget& list() { return *list_; }
    QTabWidget& tabs() { return *tabs_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void read();
    void fill();
    void display();
    const HelmRelease* chosen() const;
    const HelmRelease* before(const HelmRelease& release) const;
    void runHelm(const QStringList& arguments);
    void rollBack();
    void uninstall();
    void install();

    SessionPtr session_;
    std::vector<HelmRelease> releases_;
    QString helm_; ///< the program; empty: not installed
    QLabel *title_, *state_;
    QTreeWidget* list_;
    QTabWidget* tabs_;
    QPlainTextEdit *values_, *manifest_, *notes_;
    DiffView* diff_;
    QPushButton *install_, *rollBack_, *uninstall_, *refresh_;
};

} // namespace slipway::ui
