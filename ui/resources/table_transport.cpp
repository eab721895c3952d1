#include "ui/resources/table_transport.h"

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

bool isTable(const Json& value) {
    return value.is_object() && api::stringAt(value, {"kind"}) == "Table";
}

Json objectOfRow(Json& row) {
    JsonObject* parts = row.if_object();
    Json* object = parts == nullptr ? nullptr : parts->if_contains("object");
    if (object == nullptr || !object->is_object())
        return JsonObject();
    Json result = std::move(*object);
    if (Json* cells = parts->if_contains("cells"))
        result.get_object()[cellsMember] = std::move(*cells);
    return result;
}

/// Turns the Tables in a watch into the objects they were made from, line by line.
class TableStream final : public client::Stream {
public:
    explicit TableStream(std::unique_ptr<client::Stream> inner) : inner_(std::move(inner)) {}

    client::Result<std::string> read() override {
        for (;;) {
            auto piece = inner_->read();
            if (!piece || piece->empty())
                return piece;
            rest_ += *piece;
            const auto end = rest_.rfind('\n');
            if (end == std::string::npos)
                continue;
            std::string lines;
            std::string_view whole = std::string_view(rest_).substr(0, end + 1);
            while (!whole.empty()) {
                const auto stop = whole.find('\n');
                lines += convert(whole.substr(0, stop)) + '\n';
                whole.remove_prefix(stop + 1);
            }
            rest_.erase(0, end + 1);
            return lines;
        }
    }
    void cancel() override { inner_->cancel(); }

private:
    static std::string convert(std::string_view line) {
        auto event = api::parseJson(line);
        if (!event || !event->is_object() || !event->get_object().contains("object"))
            return std::string(line);
        Json& object = event->get_object()["object"];
        object = objectOfTable(std::move(object));
        return api::printJson(*event);
    }

    std::unique_ptr<client::Stream> inner_;
    std::string rest_;
};

} // namespace

Json listOfTable(Json table) {
    if (!isTable(table))
        return table;
    JsonObject& parts = table.get_object();
    api::JsonArray items;
    if (Json* rows = parts.if_contains("rows"); rows != nullptr && rows->is_array())
        for (Json& row : rows->get_array())
            items.push_back(objectOfRow(row));
    JsonObject list{{"kind", "List"}, {"apiVersion", "v1"}};
    if (Json* metadata = parts.if_contains("metadata"))
        list["metadata"] = std::move(*metadata);
    list["items"] = std::move(items);
    return list;
}

Json objectOfTable(Json table) {
    if (!isTable(table))
        return table;
    JsonObject& parts = table.get_object();
    if (Json* rows = parts.if_contains("rows"); rows != nullptr && rows->is_array() && !rows->get_array().empty())
        return objectOfRow(rows->get_array().front());
    JsonObject bare; // a bookmark: nothing but its resource version
    if (Json* metadata = parts.if_contains("metadata"))
        bare["metadata"] = std::move(*metadata);
    return bare;
}

client::Result<client::Response> TableTransport::send(const client::Request& request) {
    client::Request asked = request;
    asked.accept = tableAccept;
    auto answer = client_->transport().send(asked);
    if (answer && answer->code == 200)
        if (auto body = api::parseJson(answer->body); body && isTable(*body))
            answer->body = api::printJson(listOfTable(std::move(*body)));
    return answer;
}

client::Result<std::unique_ptr<client::Stream>> TableTransport::open(const client::Request& request) {
    client::Request asked = request;
    asked.accept = tableAccept;
    auto stream = client_->transport().open(asked);
    if (!stream)
        return stream;
    return std::make_unique<TableStream>(std::move(*stream));
}

client::Result<std::unique_ptr<client::WebSocket>> TableTransport::connect(const client::Request& request,
                                                                           const std::vector<std::string>& protocols) {
    return client_->transport().connect(request, protocols);
}

} // namespace slipway::ui
