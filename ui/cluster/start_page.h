#pragma once

#include "ui/cluster/cluster_runner.h"
#include "ui/look/theme.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <QWidget>

namespace slipway::ui {

/// The page of the cluster itself: one big button that starts it, the steps with their times, stop and delete, and the
/// choice of another cluster from the kubeconfig.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(ClusterRunner& runner, QWidget* parent = nullptr);

    QPushButton& startButton() { return *main_; }
    QPushButton& stopButton() { return *stop_; }
    /// What is open now: nothing, the local cluster or another one.
    void showSession(const SessionPtr& session);
    void setContexts(const QStringList& names);
    void showError(const QString& error);

signals:
    void openLocalRequested();
    void openContextRequested(const QString& context);
    void showClusterRequested();

private:
    struct StepRow {
        vmdriver::Step step;
        QLabel *mark, *time;
        qint64 from = 0;
    };
    QWidget* makeCard();
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
    QLabel *headline_, *explanation_, *error_, *errorIcon_;
    QPushButton *main_, *stop_, *delete_, *cancel_, *open_;
    QComboBox* contexts_;
    QProgressBar* bar_;
    QVBoxLayout* steps_;
    QWidget* progress_;
    std::vector<StepRow> rows_;
    QElapsedTimer elapsed_;
    QTimer tick_;
};

} // namespace slipway::ui
