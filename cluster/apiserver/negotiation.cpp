#include "cluster/apiserver/negotiation.h"

#include "cluster/api/protobuf.h"
#include "cluster/api/yaml.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

struct Clause {
    std::string_view type;
    std::string_view as, group, version;
    double quality = 1;
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

std::string_view cut(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return part;
}

std::vector<Clause> clausesOf(std::string_view accept) {
    std::vector<Clause> clauses;
    while (!accept.empty()) {
        std::string_view text = cut(accept, ',');
        Clause clause;
        clause.type = cut(text, ';');
        while (!text.empty()) {
            std::string_view value = cut(text, ';');
            const std::string_view name = cut(value, '=');
            if (name == "as")
                clause.as = value;
            else if (name == "g")
                clause.group = value;
            else if (name == "v")
                clause.version = value;
            else if (name == "q")
                std::from_chars(value.data(), value.data() + value.size(), clause.quality);
        }
        if (!clause.type.empty())
            clauses.push_back(clause);
    }
    std::ranges::stable_sort(clauses, std::greater(), &Clause::quality);
    return clauses;
}

bool encodingOf(const Clause& clause, const Offer& offer, Encoding& encoding) {
    const std::string_view type = clause.type;
    if (type == "application/json" || type == "*/*" || type == "application/*") {
        encoding = Encoding::json;
        return true;
    }
    if (type == "application/yaml") {
        encoding = Encoding::yaml;
        return true;
    }
    encoding = Encoding::protobuf;
    // Metadata has a message, whatever it is of.
    return type == api::protobufContentType && (offer.protobuf || clause.as.starts_with("PartialObjectMetadata"));
}

bool formOf(const Clause& clause, const Offer& offer, Negotiation& agreed) {
    if (clause.as.empty()) {
        agreed.form = Representation::object;
        agreed.betaMetadata = false;
        return true;
    }
    agreed.betaMetadata = clause.version == "v1beta1" && agreed.encoding != Encoding::protobuf;
    const bool known = clause.group == "meta.k8s.io" && (clause.version == "v1" || agreed.betaMetadata);
    if (!offer.tables || !known)
        return false;
    if (clause.as == "Table") {
        agreed.form = Representation::table;
        return agreed.encoding != Encoding::protobuf;
    }
    agreed.form = Representation::partialMetadata;
    return clause.as == "PartialObjectMetadata" || clause.as == "PartialObjectMetadataList";
}

bool isJson(std::string_view contentType) {
    return contentType.substr(0, contentType.find(';')) == "application/json";
}

/// The tables and metadata of a reply or an event, said to be of the older version of their group. Their form is the
/// same.
void makeBeta(Json& shown) {
    JsonObject* object = shown.if_object();
    if (object == nullptr)
        return;
    if (Json* version = object->if_contains("apiVersion"); version != nullptr && *version == Json("meta.k8s.io/v1"))
        *version = "meta.k8s.io/v1beta1";
    if (Json* inner = object->if_contains("object"))
        makeBeta(*inner);
    for (std::string_view list : {"rows", "items"})
        if (Json* members = object->if_contains(list); members != nullptr && members->is_array())
            std::ranges::for_each(members->get_array(), makeBeta);
}

void encode(const Negotiation& negotiation, Reply& reply) {
    if (!isJson(reply.contentType))
        return;
    if (negotiation.betaMetadata)
        if (auto parsed = api::parseJson(reply.body)) {
            makeBeta(*parsed);
            reply.body = api::printJson(*parsed) + "\n";
        }
    if (negotiation.encoding == Encoding::json) {
        if (negotiation.pretty)
            reply.body = prettyJson(reply.body);
        return;
    }
    const auto parsed = api::parseJson(reply.body);
    if (!parsed || !parsed->is_object())
        return;
    if (negotiation.encoding == Encoding::yaml) {
        reply.body = api::printYaml(*parsed);
        reply.contentType = "application/yaml";
    } else if (auto bytes = api::encodeProtobuf(parsed->get_object())) {
        reply.body = std::move(*bytes);
        reply.contentType = api::protobufContentType;
    }
}

/// A watch whose JSON events, one a line, are sent in another form.
class RewrittenWatch : public StreamBody {
public:
    explicit RewrittenWatch(std::unique_ptr<StreamBody> json) : json_(std::move(json)) {}

    void setWake(std::function<void()> wake) override { json_->setWake(std::move(wake)); }
    std::chrono::steady_clock::time_point end() const override { return json_->end(); }

    Piece drain() override {
        Piece piece = json_->drain();
        std::string frames;
        for (std::string_view rest = piece.data; !rest.empty();) {
            const std::size_t end = rest.find('\n');
            auto event = api::parseJson(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
            const Json* object = event ? api::find(*event, {"object"}) : nullptr;
            if (object != nullptr && object->is_object())
                frames += rewritten(std::move(*event));
        }
        piece.data = std::move(frames);
        return piece;
    }

private:
    virtual std::string rewritten(Json event) const = 0;

    std::unique_ptr<StreamBody> json_;
};

class ProtobufWatch : public RewrittenWatch {
public:
    using RewrittenWatch::RewrittenWatch;
    std::string contentType() const override { return std::string(api::protobufContentType) + ";stream=watch"; }

private:
    std::string rewritten(Json event) const override {
        const auto frame =
            api::encodeProtobufEvent(stringAt(event, {"type"}), api::find(event, {"object"})->get_object());
        return frame.value_or(std::string());
    }
};

class BetaMetadataWatch : public RewrittenWatch {
public:
    using RewrittenWatch::RewrittenWatch;

private:
    std::string rewritten(Json event) const override {
        makeBeta(event);
        return api::printJson(event) + "\n";
    }
};

} // namespace

std::expected<Negotiation, api::Status> negotiate(std::string_view accept, const Offer& offer) {
    Negotiation agreed;
    const auto clauses = clausesOf(accept);
    if (clauses.empty())
        return agreed;
    for (const Clause& clause : clauses)
        if (encodingOf(clause, offer, agreed.encoding) && formOf(clause, offer, agreed))
            return agreed;
    return std::unexpected(
        api::notAcceptable(offer.protobuf ? "application/json, application/yaml, application/vnd.kubernetes.protobuf"
                                          : "application/json, application/yaml"));
}

Answer inEncoding(const Negotiation& negotiation, Answer answer) {
    if (auto* reply = std::get_if<Reply>(&answer))
        encode(negotiation, *reply);
    auto* stream = std::get_if<std::unique_ptr<StreamBody>>(&answer);
    if (stream == nullptr || !isJson((*stream)->contentType()))
        return answer;
    if (negotiation.encoding == Encoding::protobuf)
        *stream = std::make_unique<ProtobufWatch>(std::move(*stream));
    else if (negotiation.betaMetadata)
        *stream = std::make_unique<BetaMetadataWatch>(std::move(*stream));
    return answer;
}

std::string prettyJson(std::string_view json) {
    std::string out;
    int depth = 0;
    bool quoted = false;
    const auto line = [&] {
        out += '\n';
        out.append(static_cast<std::size_t>(depth) * 2, ' ');
    };
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            out += c;
            if (c == '\\' && i + 1 < json.size())
                out += json[++i];
            else if (c == '"')
                quoted = false;
            continue;
        }
        const bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
        if (opens && i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']')) {
            out += c;
            out += json[++i];
            continue;
        }
        depth -= closes ? 1 : 0;
        if (closes)
            line();
        out += c;
        quoted = c == '"';
        depth += opens ? 1 : 0;
        if (opens || c == ',')
            line();
        else if (c == ':')
            out += ' ';
    }
    return out;
}

} // namespace slipway::apiserver
