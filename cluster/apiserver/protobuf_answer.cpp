#include "cluster/apiserver/protobuf_answer.h"

#include "cluster/api/protobuf.h"

namespace slipway::apiserver {
namespace {

using api::stringAt;

bool takesOnlyProtobuf(std::string_view accept) {
    return accept.find(api::protobufContentType) != std::string_view::npos &&
           accept.find("json") == std::string_view::npos && accept.find("*/*") == std::string_view::npos &&
           accept.find("application/*") == std::string_view::npos;
}

bool isJson(std::string_view contentType) {
    return contentType.substr(0, contentType.find(';')) == "application/json";
}

void encode(Reply& reply) {
    const auto parsed = isJson(reply.contentType) ? api::parseJson(reply.body) : api::parseJson("null");
    if (!parsed || !parsed->is_object())
        return;
    if (auto bytes = api::encodeProtobuf(parsed->get_object())) {
        reply.body = std::move(*bytes);
        reply.contentType = api::protobufContentType;
    }
}

/// A watch whose JSON events, one a line, are sent as protobuf frames.
class ProtobufWatch : public StreamBody {
public:
    explicit ProtobufWatch(std::unique_ptr<StreamBody> json) : json_(std::move(json)) {}

    std::string contentType() const override { return std::string(api::protobufContentType) + ";stream=watch"; }
    void setWake(std::function<void()> wake) override { json_->setWake(std::move(wake)); }
    std::chrono::steady_clock::time_point end() const override { return json_->end(); }

    Piece drain() override {
        Piece piece = json_->drain();
        std::string frames;
        for (std::string_view rest = piece.data; !rest.empty();) {
            const std::size_t end = rest.find('\n');
            const auto event = api::parseJson(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
            const api::Json* object = event ? api::find(*event, {"object"}) : nullptr;
            if (object == nullptr || !object->is_object())
                continue;
            if (const auto frame = api::encodeProtobufEvent(stringAt(*event, {"type"}), object->get_object()))
                frames += *frame;
        }
        piece.data = std::move(frames);
        return piece;
    }

private:
    std::unique_ptr<StreamBody> json_;
};

} // namespace

Answer inFormOf(std::string_view accept, Answer answer) {
    if (!takesOnlyProtobuf(accept))
        return answer;
    if (auto* reply = std::get_if<Reply>(&answer))
        encode(*reply);
    else if (auto* stream = std::get_if<std::unique_ptr<StreamBody>>(&answer);
             stream != nullptr && isJson((*stream)->contentType()))
        *stream = std::make_unique<ProtobufWatch>(std::move(*stream));
    return answer;
}

} // namespace slipway::apiserver
