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
        proxy_->setFilter(RowFilter(text));
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

QString ResourcePage::settingOf(const char* what, int column) const {
    const int own = column - (kind_.resource.namespaced ? 2 : 1);
    const QString name = own >= 0 && own < static_cast<int>(kind_.columns.size())
                             ? QString::fromUtf8(kind_.columns[static_cast<std::size_t>(own)].title)
                             : QStringLiteral("#%1").arg(own < 0 ? column : -1);
    return QStringLiteral("columns/%1/%2/%3").arg(QLatin1String(kind_.id), name, QLatin1String(what));
}

bool ResourcePage::isWanted(int column) const {
    const int own = column - (kind_.resource.namespaced ? 2 : 1);
    const bool extra =
        own >= 0 && own < static_cast<int>(kind_.columns.size()) && kind_.columns[static_cast<std::size_t>(own)].extra;
    return QSettings().value(settingOf("shown", column), !extra).toBool();
}

/// The name takes the room that is left; when that is too little, plain text columns go, the last first.
void ResourcePage::fitColumns() {
    if (fitting_ || table_ == nullptr)
        return;
    fitting_ = true;
    constexpr int nameRoom = 250;
    const int room = table_->viewport()->width(), last = model_->ageColumn();
    const auto width = [this](int column) {
        const int own = column - (kind_.resource.namespaced ? 2 : 1);
        const int preset = column == model_->ageColumn() ? 76
                           : own < 0                     ? 110
                                                         : kind_.columns[static_cast<std::size_t>(own)].width;
        const int chosen = QSettings().value(settingOf("width", column)).toInt();
        return chosen > 0 ? chosen : preset;
    };
    int used = 0;
    std::vector<bool> shown(static_cast<std::size_t>(last) + 1, true);
    for (int column = 1; column <= last; ++column) {
        shown[static_cast<std::size_t>(column)] =
            isWanted(column) && !(column == 1 && kind_.resource.namespaced && chosen_.size() == 1);
        used += shown[static_cast<std::size_t>(column)] ? width(column) : 0;
    }
    for (const bool textOnly : {true, false}) // texts first, then the rest, never the age and never what was chosen
        for (int column = last - 1; column > 0 && used + nameRoom > room; --column) {
            const auto at = static_cast<std::size_t>(column);
            if (!shown[at] || QSettings().contains(settingOf("shown", column)) ||
                (textOnly && (model_->columnRole(column) != ColumnRole::text || column == 1)) ||
                (!textOnly && model_->columnRole(column) == ColumnRole::status))
                continue;
            shown[at] = false;
            used -= width(column);
        }
    for (int column = 1; column <= last; ++column) {
        table_->setColumnHidden(column, !shown[static_cast<std::size_t>(column)]);
        if (shown[static_cast<std::size_t>(column)])
            table_->setColumnWidth(column, width(column));
    }
    table_->setColumnWidth(0, std::max(nameRoom, room - used));
    fitting_ = false;
}

void ResourcePage::showColumnMenu(const QPoint& at) {
    QMenu menu(this);
    for (int column = 1; column <= model_->ageColumn(); ++column) {
        QAction* action = menu.addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!table_->isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool on) {
            QSettings().setValue(settingOf("shown", column), on);
            fitColumns();
        });
    }
    menu.addSeparator();
    connect(menu.addAction(tr("Columns as they were")), &QAction::triggered, this, [this] {
        QSettings().remove(QStringLiteral("columns/") + QLatin1String(kind_.id));
        fitColumns();
    });
    menu.exec(table_->horizontalHeader()->mapToGlobal(at));
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
    listed_ = listed_ || batch.complete;
    model_->apply(batch);
    for (const Row& row : batch.rows)
        emit rowChanged(row.uid);
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

std::vector<Row> ResourcePage::selectedRows() const {
    std::vector<Row> rows;
    const QModelIndex current = table_->currentIndex();
    const auto selected = table_->selectionModel()->selectedRows();
    if (current.isValid() && (selected.isEmpty() || table_->selectionModel()->isRowSelected(current.row())))
        rows.push_back(proxy_->rowAt(current));
    for (const QModelIndex& index : selected)
        if (index.row() != current.row())
            rows.push_back(proxy_->rowAt(index));
    return rows;
}

/// Space: takes the row into the selection, or out of it, and goes on to the next.
void ResourcePage::mark() {
    using Flags = QItemSelectionModel;
    const QModelIndex current = table_->currentIndex();
    if (!current.isValid())
        return;
    // The first mark joins the row that was merely current.
    table_->selectionModel()->select(current, Flags::Rows | (marking_ ? Flags::Toggle : Flags::ClearAndSelect));
    marking_ = true;
    const QModelIndex next = current.siblingAtRow(current.row() + 1);
    if (next.isValid())
        table_->selectionModel()->setCurrentIndex(next, Flags::NoUpdate);
}

void ResourcePage::select(const QString& uid) {
    const int at = model_->find(uid);
    if (at < 0)
        return;
    const QModelIndex index = proxy_->mapFromSource(model_->index(at, 0));
    table_->setCurrentIndex(index);
    table_->scrollTo(index);
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

bool ResourcePage::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && watched == table_->viewport())
        fitColumns();
    if (event->type() == QEvent::MouseButtonPress && watched == table_->viewport())
        marking_ = false;
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (watched == filter_ && (key == Qt::Key_Escape || key == Qt::Key_Return || key == Qt::Key_Down)) {
        if (key == Qt::Key_Escape)
            filter_->clear();
        table_->setFocus();
        if (!table_->currentIndex().isValid() && proxy_->rowCount() > 0)
            table_->selectRow(0);
        return true;
    }
    if (watched == table_ && key == Qt::Key_Space)
        return mark(), true;
    if (watched == table_ && marking_ && (key == Qt::Key_Up || key == Qt::Key_Down)) { // marks stay while moving
        const QModelIndex current = table_->currentIndex();
        const QModelIndex next = current.siblingAtRow(current.row() + (key == Qt::Key_Up ? -1 : 1));
        if (next.isValid()) {
            table_->selectionModel()->setCurrentIndex(next, QItemSelectionModel::NoUpdate);
            table_->scrollTo(next);
        }
        return true;
    }
    if (watched == table_ && (key == Qt::Key_Return || key == Qt::Key_Enter) && table_->currentIndex().isValid()) {
        emit opened(objectAt(table_->currentIndex()));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slipway::ui
