#pragma once

#include "ui/editor/apply_dialog.h"
#include "ui/resources/detail_pane.h"
#include "ui/resources/resource_page.h"
#include "ui/shell/object_commands.h"
#include "ui/shell/panel_docks.h"

#include <QMainWindow>
#include <QStackedWidget>
#include <QToolBar>

namespace slipway::ui {

class FormDialog;
class MetricsStore;
class PortForwards;
class RemoteSync;
struct HistoryChange;

/// Everything about one open cluster: the tables and other pages in the middle, and docks around them: the details at
/// the side, logs, terminals and editors below, or wherever they are dragged.
class Workspace : public QMainWindow {
    Q_OBJECT
public:
    explicit Workspace(SessionPtr session, QWidget* parent = nullptr);
    ~Workspace() override;

    const SessionPtr& session() const { return session_; }
    ObjectActions& actions() { return actions_; }
    MetricsStore& metrics() { return *metrics_; }
    PortForwards& forwards() { return *forwards_; }
    RemoteSync& remote() { return *remote_; }
    /// Shows the table of a kind, or another page ("topology").
    void showKind(const QString& id);
    /// Shows an object in its table with its details.
    void jump(const ObjectRef& object);
    /// The kind or page that is shown.
    QString currentKind() const;
    ResourcePage* currentPage() const;
    DetailPane& details() { return *details_; }
    PanelDocks& panels() { return *panels_; }
    const QList<QAction*>& objectActions() const { return objectActions_; }
    std::vector<ObjectRef> selectedObjects() const;
    const std::vector<const KindView*>& kinds() const { return kinds_; }
    const QStringList& chosenNamespaces() const { return chosen_; }
    /// Shows some namespaces in all tables; none: all.
    void chooseNamespaces(const QStringList& chosen);
    QStringList namespaces() const;

    void openLogsOf(const std::vector<ObjectRef>& objects, bool previous);
    /// A shell in a container of a pod, or (@p attach) its own process.
    void openTerminalOf(const ObjectRef& pod, bool attach);
    void openTerminal(const ObjectRef& pod, const QString& container, bool attach);
    /// A shell on a node: through Slipway where it made the node, else in a privileged pod that goes with the shell.
    void openNodeShell(const ObjectRef& node);
    void openEditorOf(const ObjectRef& object);
    /// A new object in a form, of the kind that is shown; or an object of the cluster.
    void openForm();
    void openFormOf(const ObjectRef& object);
    void openNewYaml(const QString& yaml = {}, int line = 0, const QString& error = {});
    void forwardPort(const ObjectRef& object);
    void showYaml();
    void showDetails();
    void hideDetails();
    void showHistoryOf(const ObjectRef& object);
    void showWhyPending(const ObjectRef& pod);
    void confirmDelete(const std::vector<ObjectRef>& objects);
    void deleteSelected();
    /// The same for objects that are known by their YAML.
    void confirmDeleteOf(const QStringList& yaml);
    void focusFilter();
    /// Shows what applying the YAML would do, and does it when told to.
    ApplyDialog* applyYaml(std::vector<YamlSource> sources, bool atOnce, ApplyMode mode = ApplyMode::merge);
    void closePanel() { panels_->closeCurrent(); }
    void reconnect();
    /// Tells what is allowed anew, after the guard was set or lifted.
    void updateActions();
    /// True when nothing unsaved would be lost, or somebody agreed to lose it.
    bool mayClose();

    QByteArray layoutState() const { return saveState(); }
    void restoreLayout(const QByteArray& state);

signals:
    void kindShown(const QString& id);
    /// The kinds this cluster has are known, or have changed.
    void kindsKnown(const std::vector<const slipway::ui::KindView*>& kinds);
    void told(const QString& message, bool bad);
    /// How many objects of a kind there are, as its open page hears it.
    void counted(const QHash<QString, qint64>& counts);
    void freshnessChanged(slipway::client::Freshness state, qint64 since);

protected:
    void hideEvent(QHideEvent* event) override;
    QMenu* createPopupMenu() override { return nullptr; }

private:
    ResourcePage* page(const KindView& kind);
    QWidget* specialPage(const QString& id);
    void makeActions();
    void connectActions();
    void watchNamespaces();
    void discover();
    void watchDefinitions();
    void widenDetails(double share);
    void showObject(const ObjectRef& object);
    void showPageWidget(QWidget* page, const QString& id);
    void run(const ObjectCommand& command);
    void showMenu(const QPoint& at);
    void showForm(FormDialog* dialog);
    void takePulled(const std::vector<HistoryChange>& changes, bool watched);
    void finishDelete(const std::vector<ObjectRef>& objects, const QStringList& dependants);

    SessionPtr session_;
    ObjectActions actions_;
    MetricsStore* metrics_;
    PortForwards* forwards_;
    RemoteSync* remote_;
    QStackedWidget* pages_;
    QToolBar* bar_;
    DetailPane* details_;
    bool detailSized_ = false; ///< somebody, or an earlier run, has given it a width
    QDockWidget* detailDock_;
    PanelDocks* panels_;
    QHash<QString, ResourcePage*> byKind_;
    QHash<QString, QWidget*> special_;
    QList<QAction*> objectActions_;
    std::vector<const KindView*> kinds_;
    std::unique_ptr<ReflectorAdapter> namespaceWatch_, definitionWatch_;
    QTimer discoverSoon_;
    QString wantedKind_; ///< whose columns are being asked for
    QString shown_;
    ResourceModel namespaceModel_;
    QStringList chosen_; ///< namespaces; none: all
    ObjectRef pendingJump_;
};

} // namespace slipway::ui
