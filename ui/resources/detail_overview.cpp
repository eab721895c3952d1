#include "cluster/api/base64.h"
#include "ui/resources/detail_pane.h"
#include "ui/resources/resource_model.h"
#include "ui/resources/row_readers.h"

#include <QCoreApplication>
#include <QUrl>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

/// The context of this file's texts.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(Overview)
};

QString escaped(std::string_view value) {
    return text(value).toHtmlEscaped();
}

/// Writes sections of rows.
class Page {
public:
    void section(const QString& title) {
        close();
        html_ += QStringLiteral("<p style='margin-top:14px;margin-bottom:4px;color:%1'><b>%2</b></p>"
                                "<table cellspacing='0' cellpadding='3' width='100%'>")
                     .arg(colors().muted.name(), title.toHtmlEscaped());
        open_ = true;
    }
    /// A row; @p value is HTML.
    void row(const QString& name, const QString& value) {
        if (value.isEmpty())
            return;
        html_ += QStringLiteral(
                     "<tr><td style='color:%1;padding-right:14px' valign='top' width='34%'>%2</td><td>%3</td></tr>")
                     .arg(colors().muted.name(), name.toHtmlEscaped(), value);
    }
    void line(const QString& value) { html_ += QStringLiteral("<tr><td colspan='2'>%1</td></tr>").arg(value); }
    QString finish() {
        close();
        return html_;
    }

private:
    void close() {
        if (open_)
            html_ += QStringLiteral("</table>");
        open_ = false;
    }
    QString html_;
    bool open_ = false;
};

QString toned(const QString& words, Tone tone) {
    constexpr const char* marks[] = {"", "●", "▲", "✕", "◌", "✓", "−", "·"};
    return QStringLiteral("<span style='color:%1'>%2 %3</span>")
        .arg(toneColor(tone).name(), QString::fromUtf8(marks[static_cast<int>(tone)]), words.toHtmlEscaped());
}

QString chips(const Json* map) {
    QStringList all;
    if (map != nullptr && map->is_object())
        for (const auto& [key, value] : map->get_object()) {
            if (key == "kubectl.kubernetes.io/last-applied-configuration")
                continue;
            all << QStringLiteral("<span style='background-color:%1'>&nbsp;%2=%3&nbsp;</span>")
                       .arg(colors().raised.name(), escaped(std::string_view(key.data(), key.size())),
                            value.is_string() ? escaped(api::view(value.get_string())).left(160)
                                              : text(api::printJson(value)).toHtmlEscaped());
        }
    return all.join(QStringLiteral("<br>"));
}

void metadata(Page& page, const KindView& kind, const JsonObject& object) {
    page.section(Words::tr("About"));
    const Row row = readRow(kind, object);
    if (kind.resource.kind == "Pod")
        page.row(Words::tr("Status"), toned(row.cells[2].text, row.cells[2].tone));
    for (std::size_t i = 0; i < kind.columns.size(); ++i) {
        const ColumnSpec& column = kind.columns[i];
        const bool listed = column.role == ColumnRole::containers || column.role == ColumnRole::cpu ||
                            column.role == ColumnRole::memory || column.role == ColumnRole::replicas ||
                            (kind.resource.kind == "Pod" && column.role == ColumnRole::status) ||
                            std::string_view(column.title) == "Conditions" ||
                            std::string_view(column.title) == "Controlled by";
        const Cell& cell = row.cells[i];
        if (!listed)
            page.row(columnTitle(column.title),
                     cell.tone == Tone::plain ? cell.text.toHtmlEscaped() : toned(cell.text, cell.tone));
    }
    page.row(Words::tr("Created"),
             QStringLiteral("%1 (%2)").arg(escaped(api::stringAt(object, {"metadata", "creationTimestamp"})),
                                           ageText(row.created)));
    for (const Json& owner : arrayAt(object, {"metadata", "ownerReferences"})) {
        const QString ownerKind = text(api::stringAt(owner, {"kind"})), name = text(api::stringAt(owner, {"name"}));
        const KindView* view = findKindView(ownerKind, text(api::stringAt(owner, {"apiVersion"})));
        const QString words = (ownerKind + QLatin1Char('/') + name).toHtmlEscaped();
        page.row(Words::tr("Controlled by"),
                 view == nullptr ? words
                                 : QStringLiteral("<a href='object:%1/%2/%3' style='color:%4'>%5</a>")
                                       .arg(QLatin1String(view->id), row.ns, name, colors().accent.name(), words));
    }
    page.row(Words::tr("Labels"), chips(api::find(object, {"metadata", "labels"})));
    page.row(Words::tr("Annotations"), chips(api::find(object, {"metadata", "annotations"})));
}

QString resourcesLine(const Json& container) {
    const ResourceBounds bounds = boundsOfContainer(container);
    QStringList parts;
    if (bounds.cpuRequest > 0 || bounds.memoryRequest > 0)
        parts << Words::tr("requests %1, %2").arg(cpuText(bounds.cpuRequest), memoryText(bounds.memoryRequest));
    if (bounds.cpuLimit > 0 || bounds.memoryLimit > 0)
        parts << Words::tr("limits %1, %2").arg(cpuText(bounds.cpuLimit), memoryText(bounds.memoryLimit));
    return parts.isEmpty() ? QString() : QStringLiteral("<br>") + parts.join(QStringLiteral(" · "));
}

/// The values of a ConfigMap; the keys of a Secret, whose values show only when somebody asks.
void data(Page& page, const JsonObject& object, bool secret, const QSet<QString>& revealed) {
    const Json* map = api::find(object, {"data"});
    if (map == nullptr || !map->is_object() || map->get_object().empty())
        return;
    page.section(Words::tr("Data"));
    for (const auto& [name, value] : map->get_object()) {
        const QString key = text(name);
        const std::string_view written = value.is_string() ? api::view(value.get_string()) : std::string_view();
        std::string shown(written);
        QString links;
        if (secret) {
            shown = api::decodeBase64(written).value_or(std::string());
            const auto link = [&key](const char* scheme, const QString& words) {
                return QStringLiteral("<a href='%1:%2' style='color:%3'>%4</a>")
                    .arg(QLatin1String(scheme), QString::fromLatin1(QUrl::toPercentEncoding(key)),
                         colors().accent.name(), words);
            };
            links = link("reveal", revealed.contains(key) ? Words::tr("hide") : Words::tr("show")) +
                    QStringLiteral("&nbsp;&nbsp;") + link("copy", Words::tr("copy"));
            if (!revealed.contains(key)) {
                page.row(key, Words::tr("%n byte(s)", nullptr, static_cast<int>(shown.size())) +
                                  QStringLiteral("&nbsp;&nbsp;") + links);
                continue;
            }
        }
        constexpr std::size_t most = 4000;
        const QString body =
            escaped(std::string_view(shown).substr(0, most)) + (shown.size() > most ? QStringLiteral("…") : QString());
        page.row(key, links + QStringLiteral("<pre style='white-space:pre-wrap'>%1</pre>").arg(body));
    }
}

void containers(Page& page, const JsonObject& object, bool pod) {
    const auto& specs =
        pod ? arrayAt(object, {"spec", "containers"}) : arrayAt(object, {"spec", "template", "spec", "containers"});
    if (specs.empty())
        return;
    page.section(Words::tr("Containers"));
    const PodSummary summary = pod ? summarizePod(object) : PodSummary();
    for (const Json& container : specs) {
        const QString name = text(api::stringAt(container, {"name"}));
        QString value = escaped(api::stringAt(container, {"image"}));
        for (const Brick& brick : summary.bricks)
            if (brick.name == name && !brick.init) {
                QString state = brick.state;
                if (brick.restarts > 0)
                    state += QStringLiteral(", ") + Words::tr("restarted %1 times").arg(brick.restarts);
                value += QStringLiteral("<br>") + toned(state, brick.tone);
            }
        if (const JsonObject* spec = container.if_object()) {
            QStringList ports;
            for (const Json& port : arrayAt(*spec, {"ports"}))
                if (const JsonObject* entry = port.if_object())
                    ports << QString::number(api::intAt(*entry, {"containerPort"}).value_or(0));
            if (!ports.isEmpty())
                value += QStringLiteral("<br>") + Words::tr("ports %1").arg(ports.join(QStringLiteral(", ")));
            value += resourcesLine(container);
            QStringList mounts;
            for (const Json& mount : arrayAt(*spec, {"volumeMounts"}))
                mounts << text(api::stringAt(mount, {"mountPath"})).toHtmlEscaped();
            if (!mounts.isEmpty())
                value += QStringLiteral("<br>") + Words::tr("mounts %1").arg(mounts.join(QStringLiteral(", ")));
        }
        page.row(name, value);
    }
}

void conditions(Page& page, const JsonObject& object) {
    const auto& all = arrayAt(object, {"status", "conditions"});
    if (all.empty())
        return;
    page.section(Words::tr("Conditions"));
    for (const Json& condition : all) {
        const auto type = api::stringAt(condition, {"type"}), status = api::stringAt(condition, {"status"});
        const bool badWhenTrue =
            type.ends_with("Pressure") || type.ends_with("Failure") || type.ends_with("Unavailable");
        const bool good = (status == "True") != badWhenTrue;
        QString value = toned(text(status), status == "Unknown" ? Tone::muted : good ? Tone::ok : Tone::waiting);
        QString why = escaped(api::stringAt(condition, {"reason"}));
        if (const auto message = api::stringAt(condition, {"message"}); !message.empty())
            why += (why.isEmpty() ? QString() : QStringLiteral(": ")) + escaped(message);
        if (!why.isEmpty())
            value += QStringLiteral("<br><span style='color:%1'>%2</span>").arg(colors().muted.name(), why);
        page.row(text(type), value);
    }
}

void eventList(Page& page, const std::vector<Json>& events) {
    page.section(Words::tr("Events"));
    if (events.empty())
        page.line(QStringLiteral("<span style='color:%1'>%2</span>").arg(colors().muted.name(), Words::tr("None")));
    for (const Json& event : events) {
        const JsonObject* object = event.if_object();
        if (object == nullptr)
            continue;
        const bool warning = api::stringAt(event, {"type"}) == "Warning";
        const auto count = api::intAt(*object, {"count"}).value_or(1);
        page.line(toned(text(api::stringAt(event, {"reason"})), warning ? Tone::waiting : Tone::done) +
                  (count > 1 ? QStringLiteral(" ×%1").arg(count) : QString()) + QStringLiteral("<br>") +
                  escaped(api::stringAt(event, {"message"})));
    }
}

} // namespace

QString overviewHtml(const KindView& kind, const JsonObject& object, const std::vector<Json>& events,
                     const QSet<QString>& revealed) {
    Page page;
    metadata(page, kind, object);
    if (kind.resource.group.empty() && (kind.resource.kind == "ConfigMap" || kind.resource.kind == "Secret"))
        data(page, object, kind.resource.kind == "Secret", revealed);
    containers(page, object, kind.resource.kind == "Pod");
    conditions(page, object);
    if (kind.resource.kind != "Event")
        eventList(page, events);
    return page.finish();
}

} // namespace slipway::ui
