#include "ui/history/time_machine_page.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

namespace slipway::ui {

TimeMachinePage::TimeMachinePage(SessionPtr session, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , title_(new QLabel)
    , revision_(new QLabel)
    , state_(new QLabel)
    , kind_(new QComboBox)
    , slider_(new QSlider(Qt::Horizontal))
    , list_(new QTreeWidget)
    , diff_(new DiffView)
    , bringBack_(new QPushButton(icon(QStringLiteral("undo")), QString()))
    , bringAll_(new QPushButton) {
    title_->setObjectName(QStringLiteral("title"));
    revision_->setObjectName(QStringLiteral("muted"));
    revision_->setMinimumWidth(150);
    state_->setObjectName(QStringLiteral("muted"));
    slider_->setRange(0, 0);
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->setSpacing(10);
    barLayout->addWidget(title_);
    barLayout->addWidget(kind_);
    barLayout->addWidget(slider_, 1);
    barLayout->addWidget(revision_);
    list_->setRootIsDecorated(false);
    list_->setColumnCount(3);
    list_->header()->resizeSection(0, 210);
    list_->header()->resizeSection(1, 115);
    auto* buttons = new QFrame;
    buttons->setObjectName(QStringLiteral("bottomBar"));
    auto* buttonLayout = new QHBoxLayout(buttons);
    buttonLayout->setContentsMargins(12, 6, 12, 6);
    buttonLayout->addWidget(state_, 1);
    buttonLayout->addWidget(bringAll_);
    buttonLayout->addWidget(bringBack_);
    auto* split = new QSplitter;
    split->addWidget(list_);
    split->addWidget(diff_);
    split->setSizes({460, 640});
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(split, 1);
    layout->addWidget(buttons);
    setFocusProxy(slider_);
    pause_.setSingleShot(true);
    pause_.setInterval(200); // the slider passes many revisions on its way
    connect(&pause_, &QTimer::timeout, this, &TimeMachinePage::read);
    connect(kind_, &QComboBox::activated, this, &TimeMachinePage::read);
    connect(slider_, &QSlider::valueChanged, this, [this] {
        revision_->setText(tr("Revision %1").arg(slider_->value()));
        pause_.start();
    });
    connect(list_, &QTreeWidget::currentItemChanged, this, &TimeMachinePage::display);
    connect(bringBack_, &QPushButton::clicked, this, [this] {
        if (const int at = list_->indexOfTopLevelItem(list_->currentItem()); at >= 0)
            emit restoreRequested({past_.objects[static_cast<std::size_t>(at)].then});
    });
    connect(bringAll_, &QPushButton::clicked, this, [this] {
        QStringList texts;
        for (const PastObject& object : past_.objects)
            if (object.state == PastObject::State::changed || object.state == PastObject::State::gone)
                texts << object.then;
        emit restoreRequested(texts);
    });
    keepLook(this, [this] { retranslate(); });
}

void TimeMachinePage::retranslate() {
    title_->setText(tr("Time machine"));
    kind_->setAccessibleName(tr("Kind"));
    slider_->setAccessibleName(tr("Revision"));
    list_->setAccessibleName(tr("Objects at that revision"));
    list_->setHeaderLabels({tr("Name"), tr("Namespace"), tr("Compared with now")});
    bringBack_->setText(tr("Bring this one back"));
    bringAll_->setText(tr("Bring all of them back"));
    revision_->setText(tr("Revision %1").arg(slider_->value()));
    fillKinds();
    fill(past_);
}

/// Kinds that somebody writes; what the cluster makes for itself would only be undone by it.
void TimeMachinePage::fillKinds() {
    const QString chosen = kind_->currentData().toString();
    kind_->clear();
    for (const char* id : {"deployments", "services", "configmaps", "namespaces", "serviceaccounts"})
        if (const KindView* kind = findKindView(QLatin1String(id)))
            kind_->addItem(icon(QLatin1String(kind->icon)), kind->translatedTitle(), QLatin1String(id));
    for (const char* id : {"statefulsets.apps", "daemonsets.apps", "cronjobs.batch", "ingresses.networking.k8s.io"})
        if (const KindView* kind = findKindView(QLatin1String(id)))
            kind_->addItem(icon(QLatin1String(kind->icon)), kind->translatedTitle(), QLatin1String(id));
    kind_->setCurrentIndex(std::max(0, kind_->findData(chosen)));
}

void TimeMachinePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    fillKinds();
    read();
}

void TimeMachinePage::read() {
    const KindView* kind = findKindView(kind_->currentData().toString());
    if (kind == nullptr)
        return;
    const bool now = slider_->value() == slider_->maximum();
    auto work = [session = session_, resource = kind->resource, revision = now ? 0 : slider_->value()] {
        return readPast(*session->client, resource, revision);
    };
    inBackground(this, std::move(work), [this, request = ++request_](const client::Result<PastList>& past) {
        if (request == request_)
            fill(past);
    });
}

void TimeMachinePage::fill(const client::Result<PastList>& past) {
    if (!past) {
        const bool old = past.error().kind == client::Errc::gone;
        state_->setText(old ? tr("The server does not remember that far back.") : errorText(past.error()));
        if (old) // the slider learns how far it may go
            slider_->setMinimum(std::min(slider_->value() + 1, slider_->maximum()));
        return;
    }
    const bool atEnd = slider_->value() == slider_->maximum();
    past_ = *past;
    if (past_.newest > 0) {
        const QSignalBlocker quiet(slider_);
        const int newest = static_cast<int>(std::min<std::int64_t>(past_.newest, 2'000'000'000));
        slider_->setMaximum(newest);
        slider_->setMinimum(std::max({1, slider_->minimum(), newest - furthest}));
        slider_->setPageStep(std::max(1, (newest - slider_->minimum()) / 20));
        if (atEnd)
            slider_->setValue(newest);
        revision_->setText(tr("Revision %1").arg(slider_->value()));
    }
    list_->clear();
    int different = 0;
    for (const PastObject& object : past_.objects) {
        using State = PastObject::State;
        different += object.state == State::changed || object.state == State::gone ? 1 : 0;
        const auto [words, tone] = object.state == State::changed ? std::pair(tr("Was different"), Tone::waiting)
                                   : object.state == State::gone  ? std::pair(tr("Is gone now"), Tone::bad)
                                   : object.state == State::later ? std::pair(tr("Came later"), Tone::busy)
                                                                  : std::pair(tr("Is the same"), Tone::ok);
        auto* item = new QTreeWidgetItem(list_, {object.name, object.ns, words});
        item->setIcon(2, toneIcon(tone));
        item->setSizeHint(0, QSize(0, 28));
    }
    state_->setText(tr("%n object(s) were different then", nullptr, different));
    bringAll_->setEnabled(different > 0);
    list_->setCurrentItem(list_->topLevelItem(0));
    display();
}

void TimeMachinePage::display() {
    const int at = list_->indexOfTopLevelItem(list_->currentItem());
    if (at < 0) {
        bringBack_->setEnabled(false);
        return diff_->show({}, QString());
    }
    const PastObject& object = past_.objects[static_cast<std::size_t>(at)];
    bringBack_->setEnabled(!object.then.isEmpty() && object.state != PastObject::State::same);
    diff_->show({{tr("From then to now"), object.then, object.now}}, tr("It is the same now."));
}

} // namespace slipway::ui
