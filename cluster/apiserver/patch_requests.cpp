#include "cluster/api/custom/definition.h"
#include "cluster/api/patch.h"
#include "cluster/apiserver/resource_requests.h"

#include <format>
#include <utility>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

constexpr std::string_view jsonPatchType = "application/json-patch+json",
                           mergePatchType = "application/merge-patch+json",
                           strategicPatchType = "application/strategic-merge-patch+json",
                           applyType = "application/apply-patch+yaml";

/// A patched object that is not one of its kind is the patch's fault: 422 with what came of it.
api::Status badPatch(const std::string& patched, const api::Status& why) {
    std::string_view detail = why.message;
    constexpr std::string_view head = "cannot be handled as a ";
    if (const std::size_t at = detail.find(head); at != std::string_view::npos)
        if (const std::size_t colon = detail.find(": ", at); colon != std::string_view::npos)
            detail = detail.substr(colon + 2);
    static const api::Resource nothing{};
    return api::invalid(nothing, "", {api::invalidValue("patch", Json(patched), detail)});
}

/// A change by one of the three patches that say what to do with an object.
class PatchChange {
public:
    PatchChange(const ResourceRequest& r, WriteContext& context, std::string type, Json patch)
        : r_(r), context_(context), type_(std::move(type)), patch_(std::move(patch)), findings_(context.findings) {}

    Outcome<JsonObject> operator()(const JsonObject& current) const {
        context_.findings = findings_; // the change is made anew when another write came between
        auto wanted = patched(current);
        if (!wanted)
            return std::unexpected(std::move(wanted.error()));
        auto accepted = r_.registry.accept(r_.resource, std::move(*wanted), context_);
        if (!accepted && accepted.error().code == 400)
            return std::unexpected(badPatch(api::printJson(patched(current).value_or(Json())), accepted.error()));
        return accepted;
    }

private:
    /// The version the object was read at is no condition unless the patch itself names one.
    Outcome<Json> patched(const JsonObject& current) const {
        auto made = apply(current);
        if (made && made->is_object())
            if (const Json* now = api::find(*made, {"metadata", "resourceVersion"});
                now != nullptr && *now == *api::find(current, {"metadata", "resourceVersion"}) &&
                api::find(patch_, {"metadata", "resourceVersion"}) == nullptr)
                api::objectAt(made->get_object(), {"metadata"}).erase("resourceVersion");
        return made;
    }

    Outcome<Json> apply(const JsonObject& current) const {
        if (type_ == jsonPatchType)
            return api::applyJsonPatch(current, patch_);
        if (type_ == mergePatchType)
            return api::applyMergePatch(current, patch_);
        auto merged = api::applyStrategicMergePatch(current, patch_.get_object(), *r_.resource.type);
        if (!merged)
            return std::unexpected(std::move(merged.error()));
        return Json(std::move(*merged));
    }

    const ResourceRequest& r_;
    WriteContext& context_;
    const std::string type_;
    const Json patch_;
    const api::StrictFindings findings_;
};

std::string acceptedTypes(const ResourceRequest& r) {
    std::string list = std::format("{}, {}", jsonPatchType, mergePatchType);
    if (r.resource.custom == nullptr)
        list += std::format(", {}", strategicPatchType);
    return list + std::format(", {}", applyType);
}

/// Server-side apply: the body is the configuration, of which the object is made when there is none.
class ApplyRequest {
public:
    ApplyRequest(const ResourceRequest& r, WriteContext& context) : r_(r), context_(context) {}

    Answer answer() {
        if (r_.info.query.get("fieldManager").empty())
            return replyWith(
                invalidOptions("PatchOptions", {api::requiredValue("fieldManager", "is required for apply patch")}));
        if (auto refusal = readConfiguration())
            return replyWith(*refusal);
        for (int attempt = 0;; ++attempt) {
            auto written = r_.registry.update(
                r_.resource, r_.info.ns, r_.info.name, r_.info.subresource,
                [this](const JsonObject& current) { return change(current); }, context_);
            if (written)
                return replyObject(r_, *written, 200, context_.warnings);
            if (written.error().code != 404 || !r_.info.subresource.empty() || missing_)
                return replyWith(written.error());
            auto made = make();
            if (made)
                return replyObject(r_, *made, 201, context_.warnings);
            if (made.error().reason != "AlreadyExists" || attempt == 3)
                return replyWith(made.error());
        }
    }

private:
    std::optional<api::Status> readConfiguration() {
        std::vector<std::string> duplicates;
        auto config = api::yamlToJson(r_.request.body, &duplicates);
        if (!config)
            return api::badRequest(std::format("error decoding YAML: {}", config.error().message));
        if (!config->is_object())
            return api::badRequest("error decoding YAML: the configuration is not an object");
        config_ = std::move(config->get_object());
        if (auto refusal = settleDuplicates(duplicates))
            return refusal;
        const std::string wanted = r_.resource.group.empty()
                                       ? std::string(r_.resource.version)
                                       : std::format("{}/{}", r_.resource.group, r_.resource.version);
        if (stringAt(config_, {"apiVersion"}) != wanted || stringAt(config_, {"kind"}) != r_.resource.kind)
            return api::badRequest(
                std::format("Incorrect version specified in apply patch. Specified patch version: {}, expected: {}",
                            stringAt(config_, {"apiVersion"}), wanted));
        JsonObject& metadata = api::objectAt(config_, {"metadata"});
        const std::string_view name = stringAt(config_, {"metadata", "name"});
        if (name.empty())
            metadata["name"] = r_.info.name;
        else if (name != r_.info.name)
            return api::badRequest(
                std::format("the name of the object ({}) does not match the name on the URL ({})", name, r_.info.name));
        if (!r_.info.ns.empty() && !metadata.contains("namespace"))
            metadata["namespace"] = r_.info.ns;
        missing_ = !stringAt(config_, {"metadata", "resourceVersion"}).empty();
        return {};
    }

    std::optional<api::Status> settleDuplicates(const std::vector<std::string>& duplicates) {
        if (duplicates.empty() || context_.validation == api::FieldValidation::ignore)
            return {};
        std::string text = "yaml: unmarshal errors:";
        for (const std::string& line : duplicates)
            text += "\n  " + line;
        if (context_.validation == api::FieldValidation::strict)
            return api::badRequest("error strict decoding YAML: error converting YAML to JSON: " + text);
        context_.warnings.push_back("error converting YAML to JSON: " + text);
        return {};
    }

    Outcome<JsonObject> change(const JsonObject& current) {
        auto applied = apply(current);
        if (!applied)
            return std::unexpected(std::move(applied.error()));
        JsonObject& metadata = api::objectAt(applied->object, {"metadata"});
        if (!missing_)
            metadata.erase("resourceVersion");
        auto accepted = r_.registry.accept(r_.resource, std::move(applied->object), context_);
        context_.applied = std::move(applied->entries);
        return accepted;
    }

    Outcome<CachedObject> make() {
        if (r_.resource.custom != nullptr && r_.resource.custom->terminating)
            return std::unexpected(createWhileTerminating());
        auto applied = apply({});
        if (!applied)
            return std::unexpected(std::move(applied.error()));
        context_.applied = std::move(applied->entries);
        return r_.registry.create(r_.resource, r_.info.ns, std::move(applied->object), context_);
    }

    Outcome<api::apply::Applied> apply(const JsonObject& live) const {
        const api::apply::Writer writer{context_.fieldManager, std::string(stringAt(config_, {"apiVersion"})),
                                        r_.info.subresource, ""};
        return api::apply::applyConfiguration(r_.resource, live, config_, writer, r_.info.query.flag("force"));
    }

    const ResourceRequest& r_;
    WriteContext& context_;
    JsonObject config_;
    bool missing_ = false; ///< the configuration names a version: it is of an object that exists
};

} // namespace

Answer patchOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const std::string type = r.request.contentType.substr(0, r.request.contentType.find(';'));
    if (type == applyType)
        return ApplyRequest(r, *context).answer();
    const bool strategic = type == strategicPatchType && r.resource.custom == nullptr;
    if (type != jsonPatchType && type != mergePatchType && !strategic)
        return replyWith(api::unsupportedMediaType(acceptedTypes(r)));
    if (r.info.query.has("force"))
        return replyWith(
            invalidOptions("PatchOptions", {api::forbiddenField("force", "may not be specified for non-apply patch")}));
    auto patch = api::decodeBody(r.request.body, "application/json");
    if (!patch)
        return replyWith(patch.error());
    if (type != jsonPatchType && !patch->is_object())
        return replyWith(
            api::badRequest(std::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                                        patch->is_array() ? "array" : "value")));
    if (type != jsonPatchType && context->validation != api::FieldValidation::ignore)
        api::findDuplicates(r.request.body, "application/json", context->findings);
    context->body = r.request.body;
    const PatchChange change(r, *context, type, std::move(*patch));
    const auto written =
        r.registry.update(r.resource, r.info.ns, r.info.name, r.info.subresource, std::ref(change), *context);
    return written ? replyObject(r, *written, 200, context->warnings) : replyWith(written.error());
}

} // namespace slipway::apiserver
