#include "cluster/api/patch.h"

#include <charconv>
#include <format>
#include <vector>

namespace slipway::api {
namespace {

/// A patch that cannot be carried out, as the API answers it.
struct PatchFailure {
    Status status;
};

/// Kubernetes keeps the reason of a patch that does not apply to itself: every one gets the same text.
[[noreturn]] void fail() {
    Status status = badRequest("the server rejected our request due to an error in our request");
    status.code = 422;
    status.reason = "Invalid";
    throw PatchFailure{std::move(status)};
}

constexpr std::size_t mostOperations = 10'000;

Status tooManyOperations(std::size_t count) {
    Status status =
        badRequest(std::format("Request entity too large: The allowed maximum operations in a JSON patch is {}, got {}",
                               mostOperations, count));
    status.code = 413;
    status.reason = "RequestEntityTooLarge";
    return status;
}

/// The reference tokens of a JSON Pointer (RFC 6901).
std::vector<std::string> tokens(std::string_view pointer) {
    std::vector<std::string> parts;
    if (!pointer.empty() && pointer[0] != '/')
        fail();
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::size_t end = pointer.find('/');
        std::string part;
        const std::string_view raw = pointer.substr(0, end);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] == '~' && i + 1 < raw.size())
                part += raw[++i] == '1' ? '/' : '~';
            else
                part += raw[i];
        }
        parts.push_back(std::move(part));
        pointer = end == std::string_view::npos ? std::string_view() : pointer.substr(end);
    }
    return parts;
}

std::size_t indexOf(const JsonArray& array, const std::string& token, bool mayAppend) {
    if (mayAppend && token == "-")
        return array.size();
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc() || end != token.data() + token.size() || index > array.size() ||
        (!mayAppend && index == array.size()))
        fail();
    return index;
}

Json* step(Json& value, const std::string& token) {
    if (value.is_object())
        return value.get_object().if_contains(token);
    return value.is_array() ? &value.get_array()[indexOf(value.get_array(), token, false)] : nullptr;
}

Json& parentOf(Json& root, const std::vector<std::string>& path) {
    Json* current = &root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        current = step(*current, path[i]);
        if (current == nullptr)
            fail();
    }
    return *current;
}

void add(Json& root, std::string_view pointer, Json value) {
    const auto path = tokens(pointer);
    if (path.empty()) {
        root = std::move(value);
        return;
    }
    Json& parent = parentOf(root, path);
    if (parent.is_object()) {
        parent.get_object()[path.back()] = std::move(value);
    } else if (parent.is_array()) {
        JsonArray& array = parent.get_array();
        array.insert(array.begin() + static_cast<std::ptrdiff_t>(indexOf(array, path.back(), true)), std::move(value));
    } else {
        fail();
    }
}

Json& target(Json& root, std::string_view pointer) {
    const auto path = tokens(pointer);
    if (path.empty())
        return root;
    Json* found = step(parentOf(root, path), path.back());
    if (found == nullptr)
        fail();
    return *found;
}

Json take(Json& root, std::string_view pointer) {
    Json value = std::move(target(root, pointer));
    const auto path = tokens(pointer);
    if (path.empty())
        fail();
    Json& parent = parentOf(root, path);
    if (parent.is_object()) {
        parent.get_object().erase(path.back());
    } else {
        JsonArray& array = parent.get_array();
        array.erase(array.begin() + static_cast<std::ptrdiff_t>(indexOf(array, path.back(), false)));
    }
    return value;
}

void carryOut(Json& root, const Json& operation) {
    const std::string name(stringAt(operation, {"op"})), path(stringAt(operation, {"path"})),
        from(stringAt(operation, {"from"}));
    const Json* value = find(operation, {"value"});
    if ((name == "add" || name == "replace" || name == "test") && value == nullptr)
        fail();
    if (name == "add")
        add(root, path, *value);
    else if (name == "remove")
        take(root, path);
    else if (name == "replace")
        target(root, path) = *value;
    else if (name == "move")
        add(root, path, take(root, from));
    else if (name == "copy")
        add(root, path, Json(target(root, from)));
    else if (name != "test")
        fail();
    else if (target(root, path) != *value)
        fail();
}

} // namespace

std::expected<Json, Status> applyJsonPatch(Json object, const Json& patch) {
    if (!patch.is_array())
        return std::unexpected(badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch"));
    if (patch.get_array().size() > mostOperations)
        return std::unexpected(tooManyOperations(patch.get_array().size()));
    try {
        for (const Json& operation : patch.get_array())
            carryOut(object, operation);
        return object;
    } catch (PatchFailure& failure) {
        return std::unexpected(std::move(failure.status));
    }
}

Json applyMergePatch(Json object, const Json& patch) {
    if (!patch.is_object())
        return patch;
    if (!object.is_object())
        object.emplace_object();
    JsonObject& target = object.get_object();
    for (const auto& [key, value] : patch.get_object()) {
        if (value.is_null())
            target.erase(key);
        else
            target[key] = applyMergePatch(target.contains(key) ? std::move(target[key]) : Json(), value);
    }
    return object;
}

} // namespace slipway::api
