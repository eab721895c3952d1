#include "ui/access/rights_page.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"
#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

QString listed(const api::JsonObject& rule, const char* member) {
    QStringList all;
    for (const api::Json& item : arrayAt(rule, {member}))
        if (item.is_string())
            all << text(api::view(item.get_string()));
    return all.join(QStringLiteral(", "));
}

} // namespace

std::vector<Right> rightsOf(const api::Json& review) {
    std::vector<Right> rights;
    const api::JsonObject* object = review.if_object();
    if (object == nullptr)
        return rights;
    for (const api::Json& rule : arrayAt(*object, {"status", "resourceRules"}))
        if (const api::JsonObject* parts = rule.if_object())
            rights.push_back({listed(*parts, "verbs"), listed(*parts, "resources"), listed(*parts, "apiGroups"),
                              listed(*parts, "resourceNames")});
    for (const api::Json& rule : arrayAt(*object, {"status", "nonResourceRules"}))
        if (const api::JsonObject* parts = rule.if_object())
            rights.push_back({listed(*parts, "verbs"), listed(*parts, "nonResourceURLs"), {}, {}});
    return rights;
}

RightsPage::RightsPage(SessionPtr session, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , title_(new QLabel)
    , answer_(new QLabel)
    , answerIcon_(new QLabel)
    , question_(new QLabel)
    , namespace_(new QComboBox)
    , verb_(new QComboBox)
    , resource_(new QLineEdit(QStringLiteral("pods")))
    , ask_(new QPushButton)
    , who_(new QPushButton)
    , tabs_(new QTabWidget)
    , list_(new QTreeWidget)
    , holders_(new QTreeWidget) {
    title_->setObjectName(QStringLiteral("title"));
    answer_->setObjectName(QStringLiteral("muted"));
    answer_->setWordWrap(true);
    namespace_->setEditable(true);
    namespace_->addItem(session_->defaultNamespace.isEmpty() ? QStringLiteral("default") : session_->defaultNamespace);
    verb_->addItems({"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"});
    verb_->setEditable(true);
    list_->setRootIsDecorated(false);
    list_->setColumnCount(4);
    list_->header()->resizeSection(0, 260);
    list_->header()->resizeSection(1, 340);
    list_->header()->resizeSection(2, 200);
    holders_->setRootIsDecorated(false);
    holders_->setColumnCount(5);
    for (const auto& [column, width] : {std::pair(0, 130), {1, 300}, {2, 260}, {3, 300}})
        holders_->header()->resizeSection(column, width);
    tabs_->setDocumentMode(true);
    tabs_->addTab(list_, QString());
    tabs_->addTab(holders_, QString());
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(namespace_);
    barLayout->addStretch(1);
    barLayout->addWidget(question_);
    barLayout->addWidget(verb_);
    barLayout->addWidget(resource_);
    barLayout->addWidget(ask_);
    barLayout->addWidget(who_);
    auto* answerBar = new QFrame;
    answerBar->setObjectName(QStringLiteral("bottomBar"));
    auto* answerLayout = new QHBoxLayout(answerBar);
    answerLayout->setContentsMargins(16, 8, 16, 8);
    answerLayout->addWidget(answerIcon_);
    answerLayout->addWidget(answer_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(tabs_, 1);
    layout->addWidget(answerBar);
    setFocusProxy(list_);
    connect(namespace_, &QComboBox::textActivated, this, &RightsPage::read);
    const auto asked = [this] { ask(verb_->currentText(), resource_->text()); };
    connect(ask_, &QPushButton::clicked, this, asked);
    connect(who_, &QPushButton::clicked, this, [this] { askWho(verb_->currentText(), resource_->text()); });
    connect(resource_, &QLineEdit::returnPressed, this, asked);
    keepLook(this, [this] { retranslate(); });
    readNamespaces();
}

void RightsPage::retranslate() {
    title_->setText(tr("Rights in"));
    namespace_->setAccessibleName(tr("Namespace"));
    question_->setText(tr("To"));
    verb_->setAccessibleName(tr("Verb"));
    resource_->setAccessibleName(tr("Resource, as in deployments.apps or pods/log"));
    resource_->setToolTip(resource_->accessibleName());
    ask_->setText(tr("May I?"));
    who_->setText(tr("Who may?"));
    tabs_->setAccessibleName(tr("Rights"));
    tabs_->setTabText(0, tr("What you may do"));
    tabs_->setTabText(1, tr("Who may"));
    holders_->setAccessibleName(tr("Who may"));
    holders_->setHeaderLabels({tr("Subject"), tr("Name"), tr("Role"), tr("Given by"), tr("Only for")});
    list_->setAccessibleName(tr("Rights"));
    list_->setHeaderLabels({tr("Verbs"), tr("Resources"), tr("API groups"), tr("Names")});
}

void RightsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    read();
}

void RightsPage::readNamespaces() {
    auto work = [session = session_] {
        QStringList names;
        if (const auto list = session->client->list({"", "v1", "namespaces", "Namespace", false}, {}))
            for (const api::Json& item : list->items)
                names << text(api::stringAt(item, {"metadata", "name"}));
        return names;
    };
    inBackground(this, std::move(work), [this](const QStringList& names) {
        for (const QString& name : names)
            if (namespace_->findText(name) < 0)
                namespace_->addItem(name);
    });
}

void RightsPage::read() {
    auto work = [session = session_, ns = namespace_->currentText().toStdString()] {
        const api::JsonObject review{{"apiVersion", "authorization.k8s.io/v1"},
                                     {"kind", "SelfSubjectRulesReview"},
                                     {"spec", api::JsonObject{{"namespace", ns}}}};
        return session->client->create(
            {"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false}, {}, review);
    };
    inBackground(this, std::move(work), [this](const client::Result<api::Json>& review) {
        list_->clear();
        if (!review) {
            answer_->setText(errorText(review.error()));
            return answerIcon_->setPixmap(toneIcon(Tone::bad).pixmap(16, 16));
        }
        for (const Right& right : rightsOf(*review)) {
            auto* item = new QTreeWidgetItem(list_, {right.verbs, right.resources, right.groups, right.names});
            for (int column = 0; column < 4; ++column)
                item->setToolTip(column, item->text(column));
        }
    });
}

AccessQuestion RightsPage::question(const QString& verb, const QString& resource) const {
    const QString name = resource.section(QLatin1Char('/'), 0, 0);
    return {verb.toStdString(), name.section(QLatin1Char('.'), 1).toStdString(),
            name.section(QLatin1Char('.'), 0, 0).toStdString(), resource.section(QLatin1Char('/'), 1).toStdString(),
            namespace_->currentText().toStdString()};
}

void RightsPage::askWho(const QString& verb, const QString& resource) {
    auto work = [session = session_, asked = question(verb, resource)]() -> client::Result<std::vector<Holder>> {
        return readRbac(*session->client, asked.ns).transform([&asked](const RbacObjects& objects) {
            return whoCan(objects, asked);
        });
    };
    inBackground(this, std::move(work), [this, verb, resource](const client::Result<std::vector<Holder>>& found) {
        showHolders(found, verb, resource);
    });
}

void RightsPage::showHolders(const client::Result<std::vector<Holder>>& found, const QString& verb,
                             const QString& resource) {
    holders_->clear();
    tabs_->setCurrentWidget(holders_);
    answerIcon_->setPixmap(toneIcon(found ? Tone::ok : Tone::bad).pixmap(16, 16));
    if (!found)
        return answer_->setText(errorText(found.error()));
    for (const Holder& holder : *found) {
        const QString name = holder.ns.isEmpty() ? holder.name : holder.ns + QLatin1Char('/') + holder.name;
        auto* item = new QTreeWidgetItem(holders_, {holder.kind, name, holder.role, holder.binding, holder.names});
        for (int column = 0; column < 5; ++column)
            item->setToolTip(column, item->text(column));
    }
    answer_->setText(
        tr("%n may %1 %2, as roles and bindings say.", nullptr, static_cast<int>(found->size())).arg(verb, resource));
}

void RightsPage::ask(const QString& verb, const QString& resource) {
    const AccessQuestion asked = question(verb, resource);
    api::JsonObject attributes{
        {"namespace", asked.ns}, {"verb", asked.verb}, {"group", asked.group}, {"resource", asked.resource}};
    if (!asked.subresource.empty())
        attributes["subresource"] = asked.subresource;
    auto work = [session = session_, attributes] {
        const api::JsonObject review{{"apiVersion", "authorization.k8s.io/v1"},
                                     {"kind", "SelfSubjectAccessReview"},
                                     {"spec", api::JsonObject{{"resourceAttributes", attributes}}}};
        return session->client->create(
            {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false}, {}, review);
    };
    inBackground(this, std::move(work), [this, verb, resource](const client::Result<api::Json>& review) {
        const bool yes = review && review->is_object() && api::boolAt(review->get_object(), {"status", "allowed"});
        QString words =
            yes ? tr("Yes, you may %1 %2.").arg(verb, resource) : tr("No, you may not %1 %2.").arg(verb, resource);
        if (!review)
            words = errorText(review.error());
        else if (const auto reason = api::stringAt(*review, {"status", "reason"}); !reason.empty())
            words += QLatin1Char(' ') + text(reason);
        answer_->setText(words);
        answerIcon_->setPixmap(toneIcon(yes ? Tone::ok : Tone::bad).pixmap(16, 16));
    });
}

} // namespace slipway::ui
