#pragma once

#include "ui/cluster/cluster_runner.h"
#include "ui/cluster/start_page.h"
#include "ui/look/frame_monitor.h"
#include "ui/shell/kind_counter.h"
#include "ui/shell/sidebar.h"
#include "ui/shell/workspace.h"

#include <QFrame>
#include <QLabel>
#include <QMainWindow>
#include <QSplitter>
#include <QStackedWidget>

class QActionGroup;

namespace slipway::ui {

/// A window: sidebar, the page of the clusters, the workspace of the open one, menus and keys.
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
    /// Opens a context of a kubeconfig.
    void openContext(const QString& context, const QString& kubeconfig);
    /// The same as a drop on the window.
    ApplyDialog* drop(std::vector<YamlSource> sources);

signals:
    void newWindowRequested(const slipway::ui::SessionPtr& session);
    /// Something that somebody who looks elsewhere wants to know.
    void notable(const QString& title, const QString& message, bool bad);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    using Call = void (MainWindow::*)();
    struct Worded {
        QAction* action;
        const char* words; ///< untranslated
    };
    void build();
    void connectParts();
    void retranslate();
    void makeMenus();
    void makeAppearanceMenu(QMenu* view);
    void fillLayouts();
    QMenu* addMenu(const char* words);
    QAction* add(QMenu* menu, const char* iconName, const char* words, const QList<QKeySequence>& keys, Call call);
    /// A key that works in the tables, not while typing elsewhere.
    QAction* addTableKey(QMenu* menu, const char* iconName, const char* words, const QKeySequence& key, Call call);
    void openLocal();
    void readContexts();
    void opened(const client::Result<SessionPtr>& session);
    void openWorkspace();
    void visit(const QString& page);
    void tell(const QString& message, bool bad);
    void showFreshness(client::Freshness state, qint64 since);
    void showPalette();
    void goBack();
    void goForward();
    void updateActions();
    void showKinds(const std::vector<const KindView*>& kinds);
    void startCluster();
    void stopCluster();
    void chooseFiles();
    void chooseFolder();
    void showAbout();
    void showKeys();
    void showPreferences();
    void newWindow();
    void newYaml();
    void newFromForm();
    void filter();
    void reconnect();
    void closePanel();
    void besidePanel();
    void focusTable();
    void focusSidebar();
    void hideDetails();
    void toggleFavourite();
    void toggleGuard();
    void saveLayout();
    void toggleMonitor();
    QList<QAction*> placeActions();

    ClusterRunner runner_;
    SessionPtr session_;
    QString page_;
    QSplitter* split_;
    Sidebar* sidebar_;
    StartPage* start_;
    QStackedWidget* stack_;
    Workspace* workspace_ = nullptr;
    std::unique_ptr<KindCounter> counter_;
    QLabel *clusterName_, *message_, *messageIcon_, *fresh_, *freshIcon_, *guard_, *veilText_, *veilIcon_;
    QFrame* veil_;
    QTimer forget_, freshTick_;
    client::Freshness freshness_ = client::Freshness::starting;
    qint64 staleSince_ = 0;
    std::vector<const KindView*> kinds_;
    QStringList visited_; ///< pages, for [ and ]
    qsizetype visit_ = -1;
    QMenu *objectMenu_ = nullptr, *layouts_ = nullptr;
    QAction *atOnce_ = nullptr, *guardAction_ = nullptr;
    std::vector<Worded> worded_;
    std::vector<std::pair<QMenu*, const char*>> wordedMenus_;
    QList<QAction*> commands_, workspaceActions_, kindActions_, placeActions_;
    std::vector<KnownContext> contexts_;
    FrameMonitor monitor_;
    LocalCluster local_;
};

} // namespace slipway::ui
