#pragma once

#include "ui/cluster/cluster_runner.h"
#include "ui/look/theme.h"
#include "ui/session/open_session.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QWidget>

namespace slipway::ui {

/// The page of the clusters: one big button that starts the local one, the steps with their times, stop and delete; and
/// every context of the kubeconfigs, each with its guard.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(ClusterRunner& runner, QWidget* parent = nullptr);

    QPushButton& startButton() { return *main_; }
    QPushButton& stopButton() { return *stop_; }
    /// What is open now: nothing, the local cluster or another one.
    void showSession(const SessionPtr& session);
    void setContexts(const std::vector<KnownContext>& contexts);
    QTreeWidget& contexts() { return *contexts_; }
    void showError(const QString& error);

signals:
    void openLocalRequested();
    void openContextRequested(const QString& context, const QString& kubeconfig);
    /// Somebody guards a context against changes, or lifts the guard.
    void guardChanged(const QString& context, bool readOnly);
    void showClusterRequested();

private:
    struct StepRow {
        vmdriver::Step step;
        QLabel *mark, *time;
        qint64 from = 0;
    };
    QWidget* makeCard();
    QWidget* makeContexts();
    void retranslate();
    void openChosen();
    void begin(const QString& words);
    void showProgress(const vmdriver::Progress& progress);
    void endStep(Tone tone);
    void finish(const QString& operation, const QString& error);
    void showStatus(const LocalCluster& status);
    void tick();
    void confirmDelete();
    void mainPressed();
    void updateButtons();

    ClusterRunner& runner_;
    LocalCluster status_;
    SessionPtr session_;
    std::vector<KnownContext> known_;
    QLabel *headline_, *explanation_, *error_, *errorIcon_, *otherTitle_;
    QPushButton *main_, *stop_, *delete_, *cancel_, *open_;
    QTreeWidget* contexts_;
    QProgressBar* bar_;
    QVBoxLayout* steps_;
    QWidget* progress_;
    std::vector<StepRow> rows_;
    QElapsedTimer elapsed_;
    QTimer tick_;
};

} // namespace slipway::ui
