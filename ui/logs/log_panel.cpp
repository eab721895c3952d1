#include "ui/logs/log_panel.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSaveFile>
#include <QScrollBar>
#include <QTextBlock>
#include <QVBoxLayout>
#include <algorithm>
#include <tuple>

namespace slipway::ui {

LogPanel::LogPanel(SessionPtr session, LogTarget target, bool previous, QWidget* parent)
    : QWidget(parent), session_(std::move(session)), target_(std::move(target)), view_(new QPlainTextEdit) {
    options_.previous = previous;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeBar());
    layout->addWidget(view_, 1);
    view_->setReadOnly(true);
    view_->setFont(monospaceFont());
    view_->setMaximumBlockCount(static_cast<int>(buffer_.maxLines()));
    view_->setUndoRedoEnabled(false);
    view_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    view_->setLineWrapMode(QPlainTextEdit::NoWrap);
    view_->document()->setDocumentMargin(10);
    view_->installEventFilter(this);
    setFocusProxy(view_);
    connect(view_->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        const auto* bar = view_->verticalScrollBar();
        scroll_->setChecked(bar->sliderPosition() >= bar->maximum() - 2); // scrolling up stops following
    });
    pump_.setSingleShot(true);
    pump_.setInterval(8);
    connect(&pump_, &QTimer::timeout, this, &LogPanel::pump);
    restart();
    keepLook(this, [this] { retranslate(); });
}

QToolButton* LogPanel::addToggle(const QString& iconName, bool on) {
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
    button->setCheckable(true);
    button->setChecked(on);
    barLayout_->addWidget(button);
    return button;
}

QWidget* LogPanel::makeBar() {
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    barLayout_ = new QHBoxLayout(bar);
    barLayout_->setContentsMargins(12, 5, 12, 5);
    state_ = new QLabel;
    state_->setObjectName(QStringLiteral("muted"));
    state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    filterLine_ = new QLineEdit;
    filterLine_->setClearButtonEnabled(true);
    filterLine_->setMaximumWidth(230);
    filterLine_->addAction(icon(QStringLiteral("search"), Ink::muted), QLineEdit::LeadingPosition);
    filterLine_->installEventFilter(this);
    connect(filterLine_, &QLineEdit::textChanged, this, [this](QString text) {
        filterNegated_ = text.startsWith(QLatin1Char('!'));
        if (filterNegated_)
            text.remove(0, 1);
        filter_ = QRegularExpression(text, QRegularExpression::CaseInsensitiveOption);
        if (!filter_.isValid())
            filter_ = QRegularExpression(QRegularExpression::escape(text), QRegularExpression::CaseInsensitiveOption);
        rebuild();
    });
    range_ = new QComboBox;
    severity_ = new QComboBox;
    for (int i = 0; i < 7; ++i)
        range_->addItem({});
    for (int i = 0; i < 3; ++i)
        severity_->addItem({});
    for (QComboBox* box : {range_, severity_}) { // a narrow panel is still a panel
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(9);
    }
    filterLine_->setMinimumWidth(90);
    connect(range_, &QComboBox::activated, this, &LogPanel::chooseRange);
    connect(severity_, &QComboBox::activated, this, &LogPanel::rebuild);
    barLayout_->addWidget(state_, 1);
    barLayout_->addWidget(range_);
    barLayout_->addWidget(severity_);
    barLayout_->addWidget(filterLine_);
    only_ = addToggle(QStringLiteral("drain"), true);
    scroll_ = addToggle(QStringLiteral("follow"), true);
    wrap_ = addToggle(QStringLiteral("wrap"), false);
    times_ = addToggle(QStringLiteral("clock"), false);
    previous_ = addToggle(QStringLiteral("previous"), options_.previous);
    save_ = new QToolButton;
    save_->setIcon(icon(QStringLiteral("save")));
    barLayout_->addWidget(save_);
    connect(save_, &QToolButton::clicked, this, &LogPanel::save);
    connect(wrap_, &QToolButton::toggled, this,
            [this](bool on) { view_->setLineWrapMode(on ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap); });
    connect(times_, &QToolButton::toggled, this, &LogPanel::rebuild);
    connect(only_, &QToolButton::toggled, this, &LogPanel::rebuild);
    connect(scroll_, &QToolButton::toggled, this, [this](bool on) {
        if (on)
            view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
    });
    connect(previous_, &QToolButton::toggled, this, [this](bool on) {
        options_.previous = on;
        restart();
    });
    return bar;
}

void LogPanel::retranslate() {
    view_->setAccessibleName(tr("Log"));
    filterLine_->setPlaceholderText(tr("Filter   /"));
    filterLine_->setAccessibleName(tr("Filter log lines"));
    filterLine_->setToolTip(tr("Regular expression; ! in front turns it round"));
    range_->setAccessibleName(tr("From when"));
    severity_->setAccessibleName(tr("How grave"));
    const QString ranges[] = {tr("Last lines"),      tr("From the start"),  tr("Last minute"), tr("Last 5 minutes"),
                              tr("Last 15 minutes"), tr("Last 30 minutes"), tr("Last hour")};
    for (int i = 0; i < 7; ++i)
        range_->setItemText(i, ranges[i]);
    const QString severities[] = {tr("Everything"), tr("Warnings and errors"), tr("Errors")};
    for (int i = 0; i < 3; ++i)
        severity_->setItemText(i, severities[i]);
    const std::tuple<QToolButton*, QString, const char*> buttons[] = {
        {only_, tr("Only lines that match, or mark them among the others"), "M"},
        {scroll_, tr("Follow the end"), "S"},
        {wrap_, tr("Wrap long lines"), "W"},
        {times_, tr("Timestamps"), "T"},
        {previous_, tr("Previous run"), "P"},
        {save_, tr("Save"), "Ctrl+S"}};
    for (const auto& [button, words, key] : buttons) {
        button->setToolTip(words + QStringLiteral("   ") + QLatin1String(key));
        button->setAccessibleName(words);
    }
    updateState();
    rebuild();
}

void LogPanel::chooseRange(int index) {
    constexpr int since[] = {0, 0, 60, 300, 900, 1800, 3600};
    range_->setCurrentIndex(index);
    options_.tailLines = index == 0 ? 500 : -1;
    options_.sinceSeconds = since[index];
    restart();
}

void LogPanel::restart() {
    streams_.clear();
    watches_.clear();
    podNames_.clear();
    buffer_.clear();
    waiting_.clear();
    skipped_ = 0;
    view_->clear();
    sources_.clear();
    problems_.clear();
    left_ = 0;
    for (const LogSource& source : target_.sources)
        follow(source);
    watchPods();
    updateState();
}

/// Pods that are found by labels come and go.
void LogPanel::watchPods() {
    for (const PodSelector& selector : target_.selectors) {
        client::ListOptions options;
        options.labelSelector = selector.labels;
        auto watch = std::make_unique<ReflectorAdapter>(session_, *findKindView(QStringLiteral("pods")), selector.ns,
                                                        std::move(options));
        connect(watch.get(), &ReflectorAdapter::batchReady, this, [this](const RowBatch& batch) {
            for (const RowPtr& row : batch.rows) {
                if (podNames_.contains(row->uid))
                    continue;
                podNames_.insert(row->uid, row->name);
                for (const QString& container : row->containers)
                    follow({row->ns, row->name, container});
            }
            for (const QString& uid : batch.gone)
                unfollow(podNames_.take(uid));
            rebuild(); // whether names of pods are shown depends on how many there are
        });
        watch->start();
        watches_.push_back(std::move(watch));
    }
}

void LogPanel::follow(const LogSource& source) {
    const std::size_t at = sources_.size();
    sources_.push_back(source);
    problems_.push_back({});
    if (std::ranges::count_if(streams_, [](const auto& stream) { return stream != nullptr; }) >=
        static_cast<std::ptrdiff_t>(mostStreams)) {
        ++left_;
        streams_.push_back(nullptr);
        return updateState();
    }
    auto stream = std::make_unique<LogStream>(session_, source, static_cast<int>(at), options_);
    connect(stream.get(), &LogStream::arrived, this, &LogPanel::take);
    connect(stream.get(), &LogStream::stateChanged, this, [this, at](const QString& message, bool broken) {
        problems_[at] = broken ? message : QString();
        updateState();
    });
    streams_.push_back(std::move(stream));
}

/// A pod has gone: its lines stay, its streams end.
void LogPanel::unfollow(const QString& pod) {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        if (sources_[i].pod == pod && streams_[i] != nullptr) {
            streams_[i].reset();
            problems_[i].clear();
        }
    updateState();
}

void LogPanel::updateState() {
    QStringList broken;
    for (std::size_t i = 0; i < problems_.size(); ++i)
        if (!problems_[i].isEmpty())
            broken << (sources_.size() > 1 ? sources_[i].container + QStringLiteral(": ") : QString()) + problems_[i];
    QString words = options_.previous ? tr("Previous run") : tr("Following");
    if (sources_.size() > 1)
        words += QStringLiteral(" · ") + tr("%n containers", nullptr, static_cast<int>(sources_.size()));
    else if (sources_.empty())
        words = tr("Waiting for pods");
    if (left_ > 0)
        words += QStringLiteral(" · ") + tr("%n more are not followed", nullptr, static_cast<int>(left_));
    if (!broken.isEmpty())
        words = broken.join(QStringLiteral(" · "));
    if (buffer_.dropped() > 0)
        words += QStringLiteral(" · ") + tr("older lines were let go");
    state_->setText(words);
    state_->setToolTip(words);
}

bool LogPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* press = static_cast<QKeyEvent*>(event);
    if (watched == filterLine_) {
        if (press->key() != Qt::Key_Escape && press->key() != Qt::Key_Return)
            return false;
        if (press->key() == Qt::Key_Escape)
            filterLine_->clear();
        view_->setFocus();
        return true;
    }
    if (press->modifiers() == Qt::ControlModifier && press->key() == Qt::Key_S)
        return save(), true;
    if (press->modifiers() != Qt::NoModifier)
        return QWidget::eventFilter(watched, event);
    switch (press->key()) {
    case Qt::Key_Slash:
        filterLine_->setFocus();
        return true;
    case Qt::Key_S:
        scroll_->toggle();
        return true;
    case Qt::Key_W:
        wrap_->toggle();
        return true;
    case Qt::Key_T:
        times_->toggle();
        return true;
    case Qt::Key_M:
        only_->toggle();
        return true;
    case Qt::Key_P:
        previous_->toggle();
        return true;
    default:
        break;
    }
    if (press->key() >= Qt::Key_0 && press->key() <= Qt::Key_6) {
        chooseRange(press->key() - Qt::Key_0);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slipway::ui
