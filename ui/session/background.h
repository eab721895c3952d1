#pragma once

#include <QFuture>
#include <QObject>
#include <QPromise>
#include <QThreadPool>
#include <memory>
#include <type_traits>
#include <utility>

namespace slipway::ui {

/// The threads that wait for the network on behalf of the window.
QThreadPool& requestPool();

/// Runs @p work on a request thread, then @p done with its result on @p context's thread.
/// When @p context is gone by then, @p done is not called. @p work must not touch widgets.
template <class Work, class Done> void inBackground(QObject* context, Work work, Done done) {
    using R = std::invoke_result_t<Work>;
    auto promise = std::make_shared<QPromise<R>>();
    promise->start();
    promise->future().then(context, std::move(done));
    requestPool().start([promise, work = std::move(work)]() mutable {
        promise->addResult(work());
        promise->finish();
    });
}

} // namespace slipway::ui
