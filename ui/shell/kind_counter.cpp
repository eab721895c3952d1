#include "ui/shell/kind_counter.h"

#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

namespace slipway::ui {
namespace {

/// Nothing when the list is refused.
std::optional<qint64> countOf(const client::Client& client, const client::ResourceRef& resource) {
    client::Request request;
    request.target = resource.path() + "?limit=1";
    request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    const auto answer = client.transport().send(request);
    if (!answer || answer->code != 200)
        return std::nullopt;
    const auto list = api::parseJson(answer->body);
    if (!list || !list->is_object())
        return std::nullopt;
    return static_cast<qint64>(arrayAt(list->get_object(), {"items"}).size()) +
           api::intAt(list->get_object(), {"metadata", "remainingItemCount"}).value_or(0);
}

} // namespace

KindCounter::KindCounter(SessionPtr session, std::function<std::vector<const KindView*>()> wanted, QObject* parent)
    : QObject(parent), session_(std::move(session)), wanted_(std::move(wanted)) {
    timer_.setInterval(15'000);
    connect(&timer_, &QTimer::timeout, this, &KindCounter::countNow);
    timer_.start();
}

void KindCounter::countNow() {
    if (counting_)
        return;
    counting_ = true;
    auto work = [session = session_, kinds = wanted_()] {
        QHash<QString, qint64> counts;
        for (const KindView* kind : kinds)
            if (const QString id = QLatin1String(kind->id); !counts.contains(id))
                if (const auto count = countOf(*session->client, kind->resource))
                    counts.insert(id, *count);
        return counts;
    };
    inBackground(this, std::move(work), [this](const QHash<QString, qint64>& counts) {
        counting_ = false;
        emit counted(counts);
    });
}

} // namespace slipway::ui
