#include "ui/cluster/overview_page.h"

#include "ui/look/look.h"
#include "ui/resources/list_tap.h"
#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

namespace slipway::ui {

void ClusterSummary::addTrouble(Trouble trouble) {
    constexpr std::size_t most = 300; // nobody reads more, and of many pods all may be in trouble
    if (troubles.size() < most)
        troubles.push_back(std::move(trouble));
    else
        ++moreTroubles;
}

void ClusterSummary::addNode(const api::Json& item) {
    const api::JsonObject* node = item.if_object();
    if (node == nullptr)
        return;
    const Row row = readRow(*findKindView(QStringLiteral("nodes")), item);
    ++nodes;
    cpu += row.bounds.cpuLimit;
    memory += row.bounds.memoryLimit;
    podRoom += static_cast<int>(quantityOf(api::find(*node, {"status", "allocatable", "pods"})));
    if (row.cells[0].text.startsWith(QLatin1String("Ready")))
        ++readyNodes;
    if (row.cells[0].tone != Tone::ok)
        addTrouble({"Node", {}, row.name, row.cells[0].text, row.cells[0].tone});
}

void ClusterSummary::addPod(const api::Json& item) {
    const api::JsonObject* pod = item.if_object();
    if (pod == nullptr)
        return;
    const auto phase = api::stringAt(*pod, {"status", "phase"});
    if (phase == "Succeeded")
        return;
    ++pods;
    const PodSummary state = summarizePod(*pod);
    runningPods += phase == "Running" && state.ready == state.total ? 1 : 0;
    if (const api::Json* spec = api::find(*pod, {"spec"}); spec != nullptr && spec->is_object()) {
        const ResourceBounds bounds = boundsOfPodSpec(spec->get_object());
        cpuRequested += bounds.cpuRequest;
        memoryRequested += bounds.memoryRequest;
    }
    if (state.tone == Tone::bad || state.tone == Tone::waiting)
        addTrouble({"Pod", text(api::stringAt(*pod, {"metadata", "namespace"})),
                    text(api::stringAt(*pod, {"metadata", "name"})), state.status, state.tone});
}

void ClusterSummary::addDeployment(const api::Json& item) {
    const Row row = readRow(*findKindView(QStringLiteral("deployments")), item);
    if (row.cells[0].tone == Tone::bad || row.cells[0].tone == Tone::waiting)
        addTrouble({"Deployment", row.ns, row.name, row.cells[0].text, row.cells[0].tone});
}

void ClusterSummary::worstFirst() {
    std::ranges::stable_sort(
        troubles, [](const auto& a, const auto& b) { return (a.tone == Tone::bad) > (b.tone == Tone::bad); });
}

Gauge::Gauge(QWidget* parent) : QFrame(parent), title_(new QLabel), number_(new QLabel), words_(new QLabel) {
    setObjectName(QStringLiteral("card"));
    title_->setObjectName(QStringLiteral("section"));
    number_->setObjectName(QStringLiteral("gauge"));
    words_->setObjectName(QStringLiteral("muted"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 14, 18, 24);
    layout->setSpacing(2);
    for (QLabel* label : {title_, number_, words_})
        layout->addWidget(label);
}

void Gauge::show(const QString& title, const QString& number, const QString& words, double used, double asked) {
    title_->setText(title);
    number_->setText(number);
    words_->setText(words);
    used_ = used;
    asked_ = asked;
    setAccessibleName(QStringLiteral("%1: %2, %3").arg(title, number, words));
    update();
}

/// What is used as a bar, what is asked for as a mark on it.
void Gauge::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF track(18, height() - 17, width() - 36, 5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors().raised);
    painter.drawRoundedRect(track, 2.5, 2.5);
    if (used_ >= 0) {
        painter.setBrush(toneColor(used_ > 0.9 ? Tone::bad : used_ > 0.7 ? Tone::waiting : Tone::busy));
        painter.drawRoundedRect(QRectF(track.topLeft(), QSizeF(track.width() * std::min(1.0, used_), 5)), 2.5, 2.5);
    }
    if (asked_ >= 0) {
        painter.setBrush(colors().text);
        painter.drawRect(QRectF(track.left() + track.width() * std::min(1.0, asked_) - 1, track.top() - 3, 2, 11));
    }
}

OverviewPage::OverviewPage(SessionPtr session, MetricsStore& metrics, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , metrics_(metrics)
    , title_(new QLabel)
    , version_(new QLabel)
    , troubleTitle_(new QLabel)
    , usageTitle_(new QLabel)
    , nodes_(new Gauge)
    , pods_(new Gauge)
    , cpu_(new Gauge)
    , memory_(new Gauge)
    , chart_(new UsageChart(metrics))
    , troubles_(new QTreeWidget) {
    title_->setObjectName(QStringLiteral("title"));
    version_->setObjectName(QStringLiteral("muted"));
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(version_, 1);
    auto* gauges = new QHBoxLayout;
    gauges->setSpacing(12);
    for (Gauge* gauge : {nodes_, pods_, cpu_, memory_})
        gauges->addWidget(gauge, 1);
    troubles_->setRootIsDecorated(false);
    troubles_->setColumnCount(3);
    troubles_->setObjectName(QStringLiteral("preview"));
    troubles_->setColumnWidth(0, 300);
    troubles_->setColumnWidth(1, 110);
    auto* left = new QWidget;
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    auto* right = new QWidget;
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    for (QLabel* label : {troubleTitle_, usageTitle_})
        label->setObjectName(QStringLiteral("section"));
    leftLayout->addWidget(troubleTitle_);
    leftLayout->addWidget(troubles_, 1);
    rightLayout->addWidget(usageTitle_);
    rightLayout->addWidget(chart_, 1);
    auto* split = new QSplitter;
    split->addWidget(left);
    split->addWidget(right);
    split->setObjectName(QStringLiteral("gap"));
    split->setHandleWidth(12);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(16, 16, 16, 16);
    body->setSpacing(16);
    body->addLayout(gauges);
    body->addWidget(split, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addLayout(body, 1);
    setFocusProxy(troubles_);
    timer_.setInterval(5000);
    connect(&timer_, &QTimer::timeout, this, &OverviewPage::read);
    connect(&metrics_, &MetricsStore::updated, this, &OverviewPage::display);
    connect(troubles_, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
        const int at = troubles_->indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(item));
        if (at < 0 || at >= static_cast<int>(summary_.troubles.size()))
            return;
        const auto& trouble = summary_.troubles[static_cast<std::size_t>(at)];
        emit jumpRequested({findKindView(text(trouble.kind), QString()), trouble.ns, trouble.name, {}});
    });
    keepLook(this, [this] {
        title_->setText(tr("Overview"));
        troubleTitle_->setText(tr("Needs attention"));
        usageTitle_->setText(tr("Use of the whole cluster"));
        troubles_->setAccessibleName(troubleTitle_->text());
        troubles_->setHeaderLabels({tr("Object"), tr("Namespace"), tr("State")});
        display();
    });
}

void OverviewPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    metrics_.setWatching(this, true);
    timer_.start();
    read();
}

void OverviewPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    metrics_.setWatching(this, false);
    timer_.stop();
}

void OverviewPage::read() {
    using Answer = std::pair<ClusterSummary, QString>;
    auto work = [session = session_]() -> client::Result<Answer> {
        ClusterSummary sum;
        const auto read = [&](const char* id, void (ClusterSummary::*add)(const api::Json&)) {
            return forEachObject(session->client, findKindView(QLatin1String(id))->resource, {},
                                 [&sum, add](const api::Json& object) { (sum.*add)(object); });
        };
        const auto nodes = read("nodes", &ClusterSummary::addNode), pods = read("pods", &ClusterSummary::addPod);
        (void)read("deployments", &ClusterSummary::addDeployment); // who may not see them sees the rest
        if (!nodes && !pods)
            return std::unexpected(nodes.error());
        sum.worstFirst();
        const auto version = session->client->getJson("/version");
        return Answer(std::move(sum), version ? text(api::stringAt(*version, {"gitVersion"})) : QString());
    };
    inBackground(this, std::move(work), [this](const client::Result<Answer>& answer) {
        if (!answer)
            return version_->setText(errorText(answer.error()));
        known_ = true;
        std::tie(summary_, serverVersion_) = *answer;
        display();
    });
}

void OverviewPage::display() {
    if (!known_)
        return;
    version_->setText(QStringLiteral("%1 · %2").arg(serverVersion_, session_->server));
    UsageSample used;
    QStringList keys;
    for (const Measured& node : metrics_.nodes()) {
        keys << node.key;
        used.cpu += node.sample.cpu;
        used.memory += node.sample.memory;
    }
    const auto share = [](double part, double whole) { return whole > 0 ? part / whole : -1; };
    const bool measured = !keys.isEmpty();
    nodes_->show(tr("Nodes"), QString::number(summary_.nodes), tr("%1 ready").arg(summary_.readyNodes),
                 share(summary_.readyNodes, summary_.nodes) >= 1 ? 0 : -1, -1);
    pods_->show(tr("Pods"), QString::number(summary_.pods),
                tr("%1 running and ready, room for %2").arg(summary_.runningPods).arg(summary_.podRoom),
                share(summary_.pods, summary_.podRoom), -1);
    cpu_->show(tr("CPU"), measured ? cpuText(used.cpu) : QStringLiteral("–"),
               tr("of %1 cores, %2 requested").arg(cpuText(summary_.cpu), cpuText(summary_.cpuRequested)),
               measured ? share(used.cpu, summary_.cpu) : -1, share(summary_.cpuRequested, summary_.cpu));
    memory_->show(tr("Memory"), measured ? memoryText(used.memory) : QStringLiteral("–"),
                  tr("of %1, %2 requested").arg(memoryText(summary_.memory), memoryText(summary_.memoryRequested)),
                  measured ? share(used.memory, summary_.memory) : -1,
                  share(summary_.memoryRequested, summary_.memory));
    ResourceBounds bounds;
    bounds.cpuRequest = summary_.cpuRequested;
    bounds.cpuLimit = summary_.cpu;
    bounds.memoryRequest = summary_.memoryRequested;
    bounds.memoryLimit = summary_.memory;
    chart_->show(keys, bounds, tr("allocatable"));
    const int at = troubles_->indexOfTopLevelItem(troubles_->currentItem());
    troubles_->clear();
    for (const auto& trouble : summary_.troubles) {
        const KindView* kind = findKindView(text(trouble.kind), QString());
        auto* item = new QTreeWidgetItem(troubles_, {trouble.name, trouble.ns, trouble.what});
        if (kind != nullptr)
            item->setIcon(0, icon(QLatin1String(kind->icon)));
        item->setIcon(2, toneIcon(trouble.tone));
        item->setForeground(2, toneColor(trouble.tone));
        item->setSizeHint(0, QSize(0, 28));
    }
    if (summary_.moreTroubles > 0)
        new QTreeWidgetItem(troubles_, {tr("and %n more", nullptr, static_cast<int>(summary_.moreTroubles))});
    if (summary_.troubles.empty()) {
        auto* item = new QTreeWidgetItem(troubles_, {tr("Everything is well.")});
        item->setIcon(0, toneIcon(Tone::ok));
    }
    if (at >= 0)
        troubles_->setCurrentItem(troubles_->topLevelItem(std::min(at, troubles_->topLevelItemCount() - 1)));
}

} // namespace slipway::ui
