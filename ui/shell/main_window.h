#pragma once

#include "ui/cluster/cluster_runner.h"
#include "ui/cluster/start_page.h"
#include "ui/shell/sidebar.h"
#include "ui/shell/workspace.h"

#include <QFrame>
#include <QLabel>
#include <QMainWindow>
#include <QStackedWidget>

namespace slipway::ui {

/// The window: sidebar, the cluster's page, the workspace of the open cluster, menus and keys.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// @p cluster names the local cluster; @p session is opened at once when given.
    MainWindow(const QString& cluster, SessionPtr session, QWidget* parent = nullptr);

    const SessionPtr& session() const { return session_; }
    Workspace* workspace() const { return workspace_; }
    StartPage& startPage() { return *start_; }
    Sidebar& sidebar() { return *sidebar_; }
    void showPage(const QString& page);
    QString currentPage() const { return page_; }
    /// Opens a cluster in place of the one that is open; null closes it.
    void open(SessionPtr session);
    /// The same as a drop on the window.
    ApplyDialog* drop(std::vector<YamlSource> sources);

signals:
    /// Language or theme have changed: the window is to be built anew.
    void rebuildRequested();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeMenus();
    void makeAppearanceMenu();
    QAction* add(QMenu* menu, const QString& iconName, const QString& words, const QList<QKeySequence>& keys,
                 void (MainWindow::*call)());
    /// A key that works in the tables, not while typing elsewhere.
    QAction* addTableKey(QMenu* menu, const QString& iconName, const QString& words, const QKeySequence& key,
                         void (MainWindow::*call)());
    void openLocal();
    void openContext(const QString& context);
    void readContexts();
    void opened(const client::Result<SessionPtr>& session);
    void tell(const QString& message, bool bad);
    void showPalette();
    void goBack();
    void goForward();
    void updateActions();
    void showKinds(const std::vector<const KindView*>& kinds);
    void startCluster();
    void stopCluster();
    void chooseFiles();
    void showAbout();
    void newYaml();
    void filter();
    void details();
    void yaml();
    void edit();
    void logs();
    void previousLogs();
    void shell();
    void remove();
    void restart();
    void reconnect();
    void closePanel();
    void focusTable();
    void hideDetails();

    ClusterRunner runner_;
    SessionPtr session_;
    QString page_;
    Sidebar* sidebar_;
    StartPage* start_;
    QStackedWidget* stack_;
    Workspace* workspace_ = nullptr;
    QLabel *clusterName_, *message_, *messageIcon_;
    QFrame* veil_;
    QTimer forget_;
    std::vector<const KindView*> kinds_;
    QStringList visited_; ///< pages, for [ and ]
    qsizetype visit_ = -1;
    QList<QAction*> commands_, workspaceActions_, kindActions_;
    LocalCluster local_;
};

} // namespace slipway::ui
