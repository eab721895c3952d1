#pragma once

#include "ui/editor/applier.h"
#include "ui/history/diff_view.h"
#include "ui/history/history_repository.h"
#include "ui/history/remote_sync.h"
#include "ui/session/session.h"

#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// A file of the repository beside the object in the cluster.
struct Drift {
    QString path, wanted, live; ///< YAML; live is empty when the object is not there
    bool same = false;
};

/// The Git history of a cluster: what was applied and edited, the difference each commit made, the way back, and where
/// the cluster differs from what Git has.
class HistoryPage : public QWidget {
    Q_OBJECT
public:
    /// @p sync must outlive the page.
    HistoryPage(SessionPtr session, RemoteSync& sync, QWidget* parent = nullptr);

    /// Shows the commits of one file; empty: all.
    void showOnly(const QString& path);
    QTreeWidget& commits() { return *commits_; }
    QTreeWidget& drift() { return *drift_; }
    QTabWidget& tabs() { return *tabs_; }
    QPushButton& undoButton() { return *undo_; }

signals:
    /// Somebody wants these texts in the cluster exactly as they are.
    void restoreRequested(const QStringList& yaml);
    /// Undoing means that these objects go: each as its YAML.
    void removalRequested(const QStringList& yaml);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    QWidget* makeCommits();
    QWidget* makeDrift();
    void read();
    void readDrift();
    void takeDrift(std::vector<Drift> drifts);
    void showCommit();
    void showDrift();
    void bring(bool before);

    SessionPtr session_;
    QString only_;   ///< the path of the object whose history is shown; empty: all
    QString chosen_; ///< the commit that is shown
    std::vector<HistoryCommit> log_;
    std::vector<HistoryChange> changes_;
    std::vector<Drift> drifts_;
    QLabel *title_, *state_;
    QPushButton *all_, *undo_, *again_, *putBack_, *refresh_;
    QTabWidget* tabs_;
    QTreeWidget *commits_, *drift_;
    DiffView *diff_, *driftDiff_;
};

/// Compares what Git has with the cluster. Blocks.
std::vector<Drift> driftOf(const client::Client& client, const std::vector<HistoryFile>& files);

} // namespace slipway::ui
