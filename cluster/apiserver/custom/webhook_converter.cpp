#include "cluster/apiserver/custom/webhook_converter.h"

#include "cluster/apiserver/admission/webhooks/webhook_client.h"
#include "cluster/base/random.h"
#include "cluster/client/transport.h"

#include <format>
#include <map>
#include <mutex>
#include <unordered_map>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::chrono::seconds timeLimit{30};
constexpr std::size_t mostRemembered = 2048, mostRememberedBytes = 16 << 20;

/// "example.com/v1, Kind=Thing"
std::string kindOf(const JsonObject& object) {
    return std::format("{}, Kind={}", stringAt(object, {"apiVersion"}), stringAt(object, {"kind"}));
}

/// What must be the same in every version of an object.
std::optional<std::string> difference(const JsonObject& sent, const JsonObject& got) {
    for (std::string_view member : {"name", "namespace", "uid"}) {
        const std::string_view expected = stringAt(sent, {"metadata", member}),
                               is = stringAt(got, {"metadata", member});
        if (expected != is)
            return std::format("must have the same {}: {} != {}", member == "uid" ? "UID" : member, expected, is);
    }
    return std::nullopt;
}

/// A converter may change labels and annotations of the metadata and nothing else.
void restoreMetadata(const JsonObject& sent, JsonObject& got) {
    const Json* before = sent.if_contains("metadata");
    if (before == nullptr || !before->is_object())
        return;
    JsonObject metadata = before->get_object();
    JsonObject& after = api::objectAt(got, {"metadata"});
    for (std::string_view member : {"labels", "annotations"}) {
        metadata.erase(member);
        if (const Json* value = after.if_contains(member))
            metadata[member] = *value;
    }
    after = std::move(metadata);
}

std::expected<const JsonArray*, std::string> answered(const Json& review, const std::string& reviewVersion,
                                                      const std::string& uid) {
    static const JsonArray none;
    const std::string wanted = "apiextensions.k8s.io/" + reviewVersion;
    const std::string_view version = stringAt(review, {"apiVersion"}), kind = stringAt(review, {"kind"});
    const bool strict = reviewVersion == "v1";
    if (strict && (version != wanted || kind != "ConversionReview"))
        return std::unexpected(std::format("expected webhook response of {}, Kind=ConversionReview, got {}, Kind={}",
                                           wanted, version, kind));
    const Json* response = api::find(review, {"response"});
    if (response == nullptr || !response->is_object())
        return std::unexpected("no response provided");
    if (const std::string_view got = stringAt(*response, {"uid"}); strict && got != uid)
        return std::unexpected(std::format("expected response.uid=\"{}\", got \"{}\"", uid, got));
    if (const std::string_view status = stringAt(*response, {"result", "status"}); status != "Success") {
        const std::string message(stringAt(*response, {"result", "message"}));
        return std::unexpected(
            !message.empty() ? message : std::format("response.result.status was '{}', not 'Success'", status));
    }
    const Json* objects = api::find(*response, {"convertedObjects"});
    return objects != nullptr && objects->is_array() ? &objects->get_array() : &none;
}

/// The version of reviews that both sides know.
std::string reviewVersionOf(const JsonObject& webhook) {
    const Json* list = webhook.if_contains("conversionReviewVersions");
    if (list != nullptr && list->is_array())
        for (const Json& version : list->get_array())
            if (version == Json("v1") || version == Json("v1beta1"))
                return std::string(api::view(version.get_string()));
    return {};
}

/// Objects that were converted before, by what they were and what they became.
class Remembered {
public:
    static std::string keyOf(const JsonObject& object, const std::string& apiVersion) {
        return std::format("{} {} {}", stringAt(object, {"metadata", "uid"}),
                           stringAt(object, {"metadata", "resourceVersion"}), apiVersion);
    }
    std::optional<JsonObject> find(const std::string& key) const {
        std::lock_guard lock(mutex_);
        const auto found = texts_.find(key);
        if (found == texts_.end())
            return std::nullopt;
        auto parsed = api::parseJson(found->second);
        return parsed && parsed->is_object() ? std::optional(std::move(parsed->get_object())) : std::nullopt;
    }
    void keep(const std::string& key, const JsonObject& object) {
        std::string text = api::printObject(object);
        std::lock_guard lock(mutex_);
        if (texts_.size() >= mostRemembered || bytes_ + text.size() > mostRememberedBytes) {
            texts_.clear();
            bytes_ = 0;
        }
        std::string& kept = texts_[key];
        bytes_ += text.size();
        bytes_ -= kept.size(); // of the one it replaces
        kept = std::move(text);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> texts_;
    std::size_t bytes_ = 0;
};

class WebhookConverter : public api::Converter {
public:
    WebhookConverter(JsonObject webhook, const WatchCache& cache)
        : webhook_(std::move(webhook)), reviewVersion_(reviewVersionOf(webhook_)), cluster_(cache, nullptr) {}

    std::expected<std::vector<JsonObject>, std::string>
    convert(std::vector<JsonObject> objects, const std::string& apiVersion, bool asStored) const override {
        std::vector<JsonObject> asked;
        std::vector<std::size_t> places;
        const std::string kind = objects.empty() ? std::string() : kindOf(objects[0]);
        for (std::size_t i = 0; i < objects.size(); ++i) {
            if (auto known = asStored ? remembered_.find(Remembered::keyOf(objects[i], apiVersion)) : std::nullopt) {
                objects[i] = std::move(*known);
                continue;
            }
            asked.push_back(objects[i]);
            places.push_back(i);
        }
        if (asked.empty())
            return objects;
        auto converted = ask(asked, apiVersion);
        if (!converted)
            return std::unexpected(std::format("conversion webhook for {} {}", kind, converted.error()));
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (asStored)
                remembered_.keep(Remembered::keyOf(asked[i], apiVersion), (*converted)[i]);
            objects[places[i]] = std::move((*converted)[i]);
        }
        return objects;
    }

private:
    std::expected<std::vector<JsonObject>, std::string> ask(const std::vector<JsonObject>& objects,
                                                            const std::string& apiVersion) const {
        const auto failed = [](const std::string& why) { return std::unexpected("failed: " + why); };
        const Json* config = webhook_.if_contains("clientConfig");
        if (reviewVersion_.empty() || config == nullptr || !config->is_object())
            return failed("no supported conversion review versions");
        const auto place = admission::webhookPlace(config->get_object(), timeLimit, cluster_);
        if (!place)
            return failed(place.error());
        const auto transport = transportTo(*place, config->get_object());
        if (!transport)
            return failed(transport.error());
        const std::string uid = base::newUuid();
        const auto review =
            admission::postReview(**transport, *place, conversionReview(objects, apiVersion, reviewVersion_, uid));
        if (!review)
            return failed(review.error());
        return convertedObjects(*review, objects, apiVersion, reviewVersion_, uid);
    }

    /// The connection stays open as long as the webhook is where it was.
    std::expected<std::shared_ptr<client::Transport>, std::string> transportTo(const admission::WebhookPlace& place,
                                                                               const JsonObject& config) const {
        std::lock_guard lock(mutex_);
        if (transport_ != nullptr && transportTo_ == place.server)
            return transport_;
        auto made = admission::connectWebhook(config, place, timeLimit);
        if (!made)
            return made;
        transport_ = *made;
        transportTo_ = place.server;
        return made;
    }

    const JsonObject webhook_;
    const std::string reviewVersion_;
    const admission::ClusterState cluster_;
    mutable Remembered remembered_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<client::Transport> transport_;
    mutable std::string transportTo_;
};

} // namespace

JsonObject conversionReview(const std::vector<JsonObject>& objects, const std::string& apiVersion,
                            const std::string& reviewVersion, const std::string& uid) {
    JsonArray list;
    for (const JsonObject& object : objects)
        list.emplace_back(object);
    return {{"kind", "ConversionReview"},
            {"apiVersion", "apiextensions.k8s.io/" + reviewVersion},
            {"request", JsonObject{{"uid", uid}, {"desiredAPIVersion", apiVersion}, {"objects", std::move(list)}}}};
}

std::expected<std::vector<JsonObject>, std::string>
convertedObjects(const Json& review, const std::vector<JsonObject>& sent, const std::string& apiVersion,
                 const std::string& reviewVersion, const std::string& uid) {
    const auto list = answered(review, reviewVersion, uid);
    if (!list)
        return std::unexpected("failed: " + list.error());
    if ((*list)->size() != sent.size())
        return std::unexpected(std::format("returned {} objects, expected {}", (*list)->size(), sent.size()));
    std::vector<JsonObject> objects;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto wrong = [&](const std::string& why) {
            return std::unexpected(std::format("returned invalid converted object at index {}: {}", i, why));
        };
        const Json& item = (**list)[i];
        if (!item.is_object())
            return wrong("Object 'Kind' is missing in 'null'");
        JsonObject got = item.get_object();
        if (const std::string_view is = stringAt(got, {"apiVersion"}); is != apiVersion)
            return wrong(std::format("invalid groupVersion (expected {}, received {})", apiVersion, is));
        if (const std::string_view is = stringAt(got, {"kind"}); is != stringAt(sent[i], {"kind"}))
            return wrong(std::format("invalid kind (expected {}, received {})", stringAt(sent[i], {"kind"}), is));
        if (const auto different = difference(sent[i], got))
            return wrong(*different);
        restoreMetadata(sent[i], got);
        objects.push_back(std::move(got));
    }
    return objects;
}

std::shared_ptr<const api::Converter> makeConverter(const JsonObject& crd, const WatchCache& cache) {
    const Json* webhook = api::find(crd, {"spec", "conversion", "webhook"});
    if (stringAt(crd, {"spec", "conversion", "strategy"}) != "Webhook" || webhook == nullptr || !webhook->is_object())
        return nullptr;
    return std::make_shared<WebhookConverter>(webhook->get_object(), cache);
}

} // namespace slipway::apiserver
