#include "ui/shell/special_pages.h"

#include "ui/access/forwards_page.h"
#include "ui/access/rights_page.h"
#include "ui/cluster/overview_page.h"
#include "ui/helm/helm_page.h"
#include "ui/history/history_page.h"
#include "ui/history/time_machine_page.h"
#include "ui/shell/workspace.h"
#include "ui/topology/heat_map.h"
#include "ui/topology/topology_page.h"

#include <QCoreApplication>
#include <algorithm>

namespace slipway::ui {
namespace {

QWidget* makeOverview(Workspace& workspace) {
    auto* page = new OverviewPage(workspace.session(), workspace.metrics());
    QObject::connect(page, &OverviewPage::kindRequested, &workspace, &Workspace::showKind);
    QObject::connect(page, &OverviewPage::jumpRequested, &workspace, &Workspace::jump);
    return page;
}

QWidget* makeTopology(Workspace& workspace) {
    auto* page = new TopologyPage(workspace.session());
    QObject::connect(page, &TopologyPage::jumpRequested, &workspace, &Workspace::jump);
    return page;
}

QWidget* makeHeatMap(Workspace& workspace) {
    auto* page = new HeatMapPage(workspace.session(), workspace.metrics());
    QObject::connect(page, &HeatMapPage::jumpRequested, &workspace, &Workspace::jump);
    return page;
}

void restore(Workspace& workspace, const QStringList& texts) {
    std::vector<YamlSource> sources;
    for (const QString& yaml : texts)
        sources.push_back({{}, yaml});
    workspace.applyYaml(std::move(sources), false, ApplyMode::replace);
}

QWidget* makeTimeMachine(Workspace& workspace) {
    auto* page = new TimeMachinePage(workspace.session());
    QObject::connect(page, &TimeMachinePage::restoreRequested, &workspace,
                     [&workspace](const QStringList& texts) { restore(workspace, texts); });
    return page;
}

QWidget* makeHistory(Workspace& workspace) {
    auto* page = new HistoryPage(workspace.session(), workspace.remote());
    QObject::connect(page, &HistoryPage::restoreRequested, &workspace,
                     [&workspace](const QStringList& texts) { restore(workspace, texts); });
    QObject::connect(page, &HistoryPage::removalRequested, &workspace, &Workspace::confirmDeleteOf);
    return page;
}

} // namespace

std::span<const SpecialPage> specialPages() {
    static const SpecialPage pages[] = {
        {overviewPage, QT_TRANSLATE_NOOP("Pages", "Overview"), "chart", makeOverview},
        {"topology", QT_TRANSLATE_NOOP("Pages", "Topology"), "topology", makeTopology},
        {"heatmap", QT_TRANSLATE_NOOP("Pages", "Heat map"), "node", makeHeatMap},
        {"timemachine", QT_TRANSLATE_NOOP("Pages", "Time machine"), "clock", makeTimeMachine},
        {historyPage, QT_TRANSLATE_NOOP("Pages", "History"), "history", makeHistory},
        {"helm", QT_TRANSLATE_NOOP("Pages", "Helm releases"), "helm",
         [](Workspace& workspace) -> QWidget* { return new HelmPage(workspace.session()); }},
        {forwardsPage, QT_TRANSLATE_NOOP("Pages", "Forwarded ports"), "forward",
         [](Workspace& workspace) -> QWidget* { return new ForwardsPage(workspace.forwards()); }},
        {"rights", QT_TRANSLATE_NOOP("Pages", "Rights"), "key",
         [](Workspace& workspace) -> QWidget* { return new RightsPage(workspace.session()); }},
    };
    return pages;
}

bool isSpecialPage(const QString& id) {
    return std::ranges::any_of(specialPages(), [&id](const SpecialPage& page) { return id == QLatin1String(page.id); });
}

QWidget* makeSpecialPage(const QString& id, Workspace& workspace) {
    for (const SpecialPage& page : specialPages())
        if (id == QLatin1String(page.id))
            return page.make(workspace);
    return nullptr;
}

} // namespace slipway::ui
