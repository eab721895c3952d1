#pragma once

#include "ui/editor/apply_dialog.h"
#include "ui/logs/log_panel.h"
#include "ui/resources/detail_pane.h"
#include "ui/terminal/terminal_panel.h"

#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QWidget>

namespace slipway::ui {

/// Everything about one open cluster: the tables, the details beside them, and logs, terminals and editors below.
class Workspace : public QWidget {
    Q_OBJECT
public:
    explicit Workspace(SessionPtr session, QWidget* parent = nullptr);

    const SessionPtr& session() const { return session_; }
    void showKind(const QString& id);
    /// Shows an object in its table with its details.
    void jump(const ObjectRef& object);
    QString currentKind() const;
    ResourcePage* currentPage() const;
    DetailPane& details() { return *details_; }
    QTabWidget& panels() { return *panels_; }

    void openLogs(bool previous);
    void openShell();
    void openEditor();
    void openNewYaml(const QString& yaml = {}, int line = 0, const QString& error = {});
    void showYaml();
    void showDetails();
    void deleteSelected();
    void restartSelected();
    void focusFilter();
    /// Shows what applying the YAML would do, and does it when told to.
    ApplyDialog* applyYaml(std::vector<YamlSource> sources, bool atOnce);
    void closePanel();
    void reconnect();

signals:
    void kindShown(const QString& id);
    /// The kinds this cluster has are known, or have changed.
    void kindsKnown(const std::vector<const slipway::ui::KindView*>& kinds);
    void told(const QString& message, bool bad);

private:
    ResourcePage* page(const KindView& kind);
    void watchNamespaces();
    void discover();
    void watchDefinitions();
    void widenDetails(double share);
    void showObject(const ObjectRef& object);
    void openLogsOf(const ObjectRef& object, bool previous);
    void openShellOf(const ObjectRef& object, const std::vector<QString>& containers);
    void openEditorOf(const ObjectRef& object);
    void confirmDelete(const std::vector<ObjectRef>& objects);
    void addPanel(QWidget* panel, const QString& iconName, const QString& title);
    void followPods(const ObjectRef& deployment, bool previous);
    void closeTab(int index);
    void showMenu(const QPoint& at);
    std::vector<ObjectRef> selectedObjects() const;

    SessionPtr session_;
    ObjectActions actions_;
    QSplitter *rows_, *columns_;
    QStackedWidget* pages_;
    DetailPane* details_;
    QTabWidget* panels_;
    QHash<QString, ResourcePage*> byKind_;
    std::unique_ptr<ReflectorAdapter> namespaceWatch_, definitionWatch_;
    QTimer discoverSoon_;
    QString wantedKind_; ///< whose columns are being asked for
    ResourceModel namespaceModel_;
    QString namespace_;
    ObjectRef pendingJump_;
};

} // namespace slipway::ui
