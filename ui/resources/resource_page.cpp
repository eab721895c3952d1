#include "ui/resources/resource_page.h"

#include "ui/charts/metrics_store.h"
#include "ui/look/look.h"
#include "ui/resources/row_delegate.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QSettings>
#include <QVBoxLayout>

namespace slipway::ui {

ResourcePage::ResourcePage(SessionPtr session, const KindView& kind, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , kind_(kind)
    , model_(new ResourceModel(kind, this))
    , proxy_(new RowProxy(*model_, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHeader());
    makeTable();
    auto* body = new QWidget;
    stack_ = new QStackedLayout(body);
    auto* nothing = new QWidget;
    auto* nothingLayout = new QVBoxLayout(nothing);
    emptyIcon_ = new QLabel;
    empty_ = new QLabel;
    empty_->setObjectName(QStringLiteral("muted"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    nothingLayout->addStretch(2);
    nothingLayout->addWidget(emptyIcon_, 0, Qt::AlignHCenter);
    nothingLayout->addSpacing(space);
    nothingLayout->addWidget(empty_);
    nothingLayout->addStretch(3);
    stack_->addWidget(table_);
    stack_->addWidget(nothing);
    layout->addWidget(body, 1);

    // Someone flipping through kinds should not cause a relist at every step back.
    unwatch_.setSingleShot(true);
    unwatch_.setInterval(5000);
    connect(&unwatch_, &QTimer::timeout, this, [this] { watches_.clear(); });
    connect(&tick_, &QTimer::timeout, this, &ResourcePage::tick);
    connect(proxy_, &QAbstractItemModel::rowsInserted, this, &ResourcePage::updateCounts);
    connect(proxy_, &QAbstractItemModel::rowsRemoved, this, &ResourcePage::updateCounts);
    select_.setSingleShot(true);
    select_.setInterval(500); // a field selector is asked for when it has been typed
    connect(&select_, &QTimer::timeout, this, [this] {
        fieldSelector_ = proxy_->filter().fieldSelector();
        watchAnew();
    });
    keepLook(this, [this] { retranslate(); });
}

void ResourcePage::retranslate() {
    title_->setText(kind_.translatedTitle());
    emptyIcon_->setPixmap(icon(QLatin1String(kind_.icon), Ink::border).pixmap(56, 56));
    filter_->setPlaceholderText(tr("Filter   /"));
    filter_->setAccessibleName(tr("Filter rows"));
    filter_->setToolTip(tr("Text or regular expression; ! in front turns it round; -l app=web filters by labels, "
                           "-f status.phase=Running by fields"));
    table_->setAccessibleName(kind_.translatedTitle());
    emit model_->headerDataChanged(Qt::Horizontal, 0, model_->columnCount() - 1);
    showFreshness(freshness_, freshnessMessage_);
}

QWidget* ResourcePage::makeHeader() {
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(2 * space, 10, 2 * space, 10);
    layout->setSpacing(space);
    title_ = new QLabel;
    title_->setObjectName(QStringLiteral("title"));
    count_ = new QLabel;
    count_->setObjectName(QStringLiteral("chip"));
    count_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Maximum);
    liveIcon_ = new QLabel;
    live_ = new QLabel;
    live_->setObjectName(QStringLiteral("muted"));
    live_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long sentence must not push the rest away
    namespaces_ = new NamespacePicker;
    namespaces_->setVisible(kind_.resource.namespaced);
    connect(namespaces_, &NamespacePicker::chosenChanged, this, &ResourcePage::namespacesChosen);
    filter_ = new QLineEdit;
    filter_->setClearButtonEnabled(true);
    filter_->setFixedWidth(230);
    filter_->addAction(icon(QStringLiteral("search"), Ink::muted), QLineEdit::LeadingPosition);
    filter_->installEventFilter(this);
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        const QString chosen = objectAt(table_->currentIndex()).uid;
        proxy_->setFilter(RowFilter(text));
        if (!chosen.isEmpty())
            select(chosen);
        if (!proxy_->filter().error().isEmpty())
            filter_->setToolTip(proxy_->filter().error());
        if (proxy_->filter().fieldSelector() != fieldSelector_)
            select_.start();
        updateCounts();
    });
    layout->addWidget(title_);
    layout->addWidget(count_, 0, Qt::AlignVCenter);
    layout->addSpacing(space);
    layout->addWidget(liveIcon_);
    layout->addWidget(live_, 1);
    layout->addWidget(namespaces_);
    layout->addWidget(filter_);
    return bar;
}

void ResourcePage::makeTable() {
    table_ = new QTableView;
    table_->setModel(proxy_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setMouseTracking(true);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(34);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionsMovable(true);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    table_->horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table_->horizontalHeader(), &QWidget::customContextMenuRequested, this, &ResourcePage::showColumnMenu);
    table_->horizontalHeader()->setMinimumSectionSize(48);
    table_->setSortingEnabled(true);
    const bool events = kind_.resource.kind == "Event";
    table_->sortByColumn(events ? model_->ageColumn() : 0, Qt::AscendingOrder);
    auto* delegate = new RowDelegate(table_);
    table_->setItemDelegate(delegate);
    table_->setColumnWidth(0, events ? 210 : 270);
    const int first = kind_.resource.namespaced ? 2 : 1;
    if (kind_.resource.namespaced)
        table_->setColumnWidth(1, 110);
    for (std::size_t i = 0; i < kind_.columns.size(); ++i)
        table_->setColumnWidth(first + static_cast<int>(i), kind_.columns[i].width);
    table_->setColumnWidth(model_->ageColumn(), 76);
    for (int column = 1; column < model_->columnCount(); ++column)
        if (const int width = QSettings().value(settingOf("width", column)).toInt(); width > 0)
            table_->setColumnWidth(column, width);
    connect(table_->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (fitting_ || width == 0 || column == 0)
            return;
        QSettings().setValue(settingOf("width", column), width);
        fitColumns();
    });
    table_->installEventFilter(this);
    table_->viewport()->installEventFilter(this);
    connect(delegate, &RowDelegate::scaleRequested, this,
            [this](const QModelIndex& index, int replicas) { emit scaleRequested(objectAt(index), replicas); });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { emit currentChanged(objectAt(current)); });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        updateCounts();
        emit selectionChanged();
    });
    connect(table_, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { emit opened(objectAt(index)); });
    connect(table_, &QTableView::customContextMenuRequested, this,
            [this](const QPoint& at) { emit menuRequested(table_->viewport()->mapToGlobal(at)); });
}

void ResourcePage::setNamespaces(const QStringList& names) {
    namespaces_->setNames(names);
}

void ResourcePage::setChosenNamespaces(const QStringList& chosen) {
    if (chosen == chosen_ || !kind_.resource.namespaced)
        return;
    chosen_ = chosen;
    namespaces_->setChosen(chosen);
    fitColumns();
    watchAnew();
}

void ResourcePage::watchAnew() {
    const bool watching = !watches_.empty();
    watches_.clear();
    model_->clear();
    listed_ = false;
    if (watching)
        watch();
    updateCounts();
}

void ResourcePage::watch() {
    const QStringList scopes = chosen_.isEmpty() || !kind_.resource.namespaced ? QStringList{QString()} : chosen_;
    for (const QString& ns : scopes) {
        client::ListOptions options;
        options.fieldSelector = fieldSelector_.toStdString();
        auto watch = std::make_unique<ReflectorAdapter>(session_, kind_, ns, options);
        connect(watch.get(), &ReflectorAdapter::batchReady, this, &ResourcePage::applyBatch);
        connect(watch.get(), &ReflectorAdapter::freshnessChanged, this, [this](client::Freshness, const QString& why) {
            freshnessMessage_ = why;
            noteFreshness();
        });
        watches_.push_back(std::move(watch));
    }
    showFreshness(client::Freshness::starting, {});
    stale_.clear();
    for (int i = 0; i < model_->rowCount(); ++i) // what is known stays until the new list says otherwise
        stale_.insert(model_->row(i).uid);
    unlisted_ = watches_.size();
    for (const auto& watch : watches_)
        watch->start();
}

/// Of several watches the worst is shown.
void ResourcePage::noteFreshness() {
    const auto rank = [](client::Freshness state) {
        switch (state) {
        case client::Freshness::live:
            return 0;
        case client::Freshness::starting:
            return 1;
        case client::Freshness::denied:
            return 2;
        case client::Freshness::disconnected:
            break;
        }
        return 3;
    };
    client::Freshness worst = client::Freshness::live;
    for (const auto& watch : watches_)
        if (rank(watch->freshness()) > rank(worst))
            worst = watch->freshness();
    showFreshness(worst, freshnessMessage_);
}

void ResourcePage::applyBatch(const RowBatch& batch) {
    listed_ = listed_ || batch.listed;
    model_->apply(batch);
    if (!stale_.isEmpty())
        for (const RowPtr& row : batch.rows)
            stale_.remove(row->uid);
    if (batch.listed && unlisted_ > 0 && --unlisted_ == 0 && !stale_.isEmpty()) {
        RowBatch gone;
        gone.gone.assign(stale_.begin(), stale_.end());
        stale_.clear();
        model_->apply(gone);
    }
    for (const RowPtr& row : batch.rows)
        emit rowChanged(row->uid);
    for (const QString& uid : batch.gone)
        emit rowChanged(uid);
    updateCounts();
}

void ResourcePage::showFreshness(client::Freshness state, const QString& message) {
    if (state == client::Freshness::disconnected && freshness_ != state)
        lostSince_ = QDateTime::currentSecsSinceEpoch();
    freshness_ = state;
    freshnessMessage_ = message;
    Tone tone = Tone::busy;
    QString words = tr("Loading");
    switch (state) {
    case client::Freshness::starting:
        break;
    case client::Freshness::live:
        tone = Tone::ok;
        words = tr("Live");
        break;
    case client::Freshness::disconnected:
        tone = Tone::bad;
        words = tr("Disconnected for %1, reconnecting").arg(ageText(lostSince_));
        break;
    case client::Freshness::denied:
        tone = Tone::waiting;
        words = tr("Not allowed");
        break;
    }
    liveIcon_->setPixmap(toneIcon(tone).pixmap(16, 16));
    live_->setText(words);
    live_->setToolTip(state == client::Freshness::disconnected
                          ? tr("What is shown may be old.") + QLatin1Char('\n') + message
                          : message);
    live_->setAccessibleName(words);
    updateCounts();
    emit freshnessChanged(state, lostSince_);
}

void ResourcePage::updateCounts() {
    const int all = model_->rowCount(), shown = proxy_->rowCount();
    const int selected = table_ == nullptr ? 0 : static_cast<int>(table_->selectionModel()->selectedRows().size());
    QString words = shown == all ? QString::number(all) : tr("%1 of %2").arg(shown).arg(all);
    if (selected > 1)
        words += tr(", %n selected", nullptr, selected);
    count_->setText(words);
    if (chosen_.isEmpty() && freshness_ == client::Freshness::live)
        emit counted(all);
    if (stack_ == nullptr)
        return;
    stack_->setCurrentIndex(shown > 0 ? 0 : 1);
    if (all > 0)
        empty_->setText(tr("No row matches the filter."));
    else if (freshness_ == client::Freshness::denied)
        empty_->setText(tr("The server does not allow this list.") + QLatin1Char('\n') + freshnessMessage_);
    else if (freshness_ == client::Freshness::disconnected)
        empty_->setText(tr("The cluster cannot be reached.") + QLatin1Char('\n') + freshnessMessage_);
    else if (!listed_)
        empty_->setText(tr("Loading"));
    else
        empty_->setText(chosen_.isEmpty() ? tr("Nothing here yet. Drop a YAML file on the window to create something.")
                                          : tr("Nothing in namespace %1.").arg(chosen_.join(QStringLiteral(", "))));
}

void ResourcePage::tick() {
    if (freshness_ == client::Freshness::disconnected)
        showFreshness(freshness_, freshnessMessage_);
    const int column = model_->ageColumn();
    const QRect area(table_->columnViewportPosition(column), 0, table_->columnWidth(column),
                     table_->viewport()->height());
    table_->viewport()->update(area);
}

ObjectRef ResourcePage::objectAt(const QModelIndex& index) const {
    if (!index.isValid())
        return {};
    const Row& row = proxy_->rowAt(index);
    return {&kind_, row.ns, row.name, row.uid};
}

void ResourcePage::showUsage(MetricsStore& metrics) {
    const bool pods = kind_.hasLogs(), nodes = kind_.resource.group.empty() && kind_.resource.kind == "Node";
    if (!pods && !nodes)
        return;
    metrics_ = &metrics;
    const auto refresh = [this, pods] {
        model_->setUsage([store = metrics_, pods](const Row& row) -> std::optional<std::pair<double, double>> {
            const auto sample =
                store->latest(pods ? MetricsStore::podKey(row.ns, row.name) : MetricsStore::nodeKey(row.name));
            return sample ? std::optional(std::pair(sample->cpu, sample->memory)) : std::nullopt;
        });
    };
    connect(&metrics, &MetricsStore::updated, this, refresh);
    refresh();
}

void ResourcePage::reconnect() {
    for (const auto& watch : watches_)
        watch->reconnect();
}

void ResourcePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    unwatch_.stop();
    if (watches_.empty())
        watch();
    if (metrics_ != nullptr)
        metrics_->setWatching(this, true);
    tick_.start(1000);
}

void ResourcePage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    tick_.stop();
    if (metrics_ != nullptr)
        metrics_->setWatching(this, false);
    unwatch_.start();
}

} // namespace slipway::ui
