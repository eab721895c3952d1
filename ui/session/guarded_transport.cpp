#include "ui/session/guarded_transport.h"

#include <QCoreApplication>

namespace slipway::ui {
namespace {

client::Error refusal() {
    const QString words = QCoreApplication::translate("Errors", "This cluster is guarded: it is only looked at. "
                                                                "Lift the guard to change it.");
    return {client::Errc::forbidden, 0, "ReadOnly", words.toStdString(), {}};
}

} // namespace

bool isWrite(const client::Request& request) {
    if (request.method == "GET" || request.method == "HEAD")
        return false;
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path.ends_with("reviews")) // self subject access and rules reviews, token reviews
        return false;
    return !request.target.contains("dryRun=All");
}

client::Result<client::Response> GuardedTransport::send(const client::Request& request) {
    const bool writes = isWrite(request);
    if (writes && readOnly_->load())
        return std::unexpected(refusal());
    if (writes && observer_.before)
        observer_.before(request);
    auto answer = inner_->send(request);
    if (writes && observer_.after && answer && answer->code >= 200 && answer->code < 300)
        observer_.after(request, *answer);
    return answer;
}

client::Result<std::unique_ptr<client::Stream>> GuardedTransport::open(const client::Request& request) {
    return inner_->open(request);
}

client::Result<std::unique_ptr<client::WebSocket>>
GuardedTransport::connect(const client::Request& request, const std::vector<std::string>& protocols) {
    if (readOnly_->load())
        return std::unexpected(refusal());
    return inner_->connect(request, protocols);
}

} // namespace slipway::ui
