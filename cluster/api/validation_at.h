#pragma once

#include "cluster/api/validation_names.h"

#include <format>
#include <initializer_list>
#include <string>
#include <string_view>

namespace slipway::api {

/// An object at its place in what is judged, and where findings about it go: a check reads members by name and says
/// what it finds by name. A plain view: lives no longer than the object and the list of findings.
class At {
public:
    At(const JsonObject& object, std::string path, Causes& causes)
        : object_(object), path_(std::move(path)), causes_(causes) {}

    const JsonObject& object() const { return object_; }
    const std::string& path() const { return path_; }
    Causes& causes() const { return causes_; }
    std::string pathOf(std::string_view member) const {
        if (path_.empty())
            return std::string(member);
        std::string path;
        path.reserve(path_.size() + 1 + member.size());
        return path.append(path_).append(1, '.').append(member);
    }

    /// An item of a list.
    std::string pathOf(std::string_view member, std::size_t index) const {
        return pathOf(member).append(1, '[').append(std::to_string(index)).append(1, ']');
    }

    bool has(std::string_view member) const { return object_.contains(member); }
    std::string_view text(std::string_view member) const { return stringAt(object_, {member}); }
    std::optional<std::int64_t> number(std::string_view member) const { return intAt(object_, {member}); }
    bool flag(std::string_view member) const { return boolAt(object_, {member}); }
    const JsonArray& list(std::string_view member) const { return listAt(object_, member); }
    /// The member as it stands; null when it is absent.
    Json value(std::string_view member) const {
        const Json* found = object_.if_contains(member);
        return found == nullptr ? Json() : *found;
    }
    /// The object at a member; an empty one when it is absent.
    At in(std::string_view member) const {
        static const JsonObject none;
        const Json* found = object_.if_contains(member);
        return At(found != nullptr && found->is_object() ? found->get_object() : none, pathOf(member), causes_);
    }

    /// Visits the objects of a list with their places.
    template <class Visit> void each(std::string_view member, const Visit& visit) const {
        std::size_t index = 0;
        for (const Json& item : list(member)) {
            if (item.is_object())
                visit(At(item.get_object(), pathOf(member, index), causes_));
            ++index;
        }
    }
    /// Visits the texts of a list with their places.
    template <class Visit> void eachText(std::string_view member, const Visit& visit) const {
        std::size_t index = 0;
        for (const Json& item : list(member)) {
            if (item.is_string())
                visit(view(item.get_string()), pathOf(member, index));
            ++index;
        }
    }

    void require(std::string_view member, std::string_view detail = {}) const {
        causes_.push_back(requiredValue(pathOf(member), detail));
    }
    /// Says that a text is needed if it is not there; true when it is.
    bool needs(std::string_view member, std::string_view detail = {}) const {
        if (!text(member).empty())
            return true;
        require(member, detail);
        return false;
    }
    void invalid(std::string_view member, std::string_view detail) const {
        causes_.push_back(invalidValue(pathOf(member), value(member), detail));
    }
    void invalid(std::string_view member, std::string_view detail, const Json& shown) const {
        causes_.push_back(invalidValue(pathOf(member), shown, detail));
    }
    void forbid(std::string_view member, std::string_view detail) const {
        causes_.push_back(forbiddenField(pathOf(member), detail));
    }
    void duplicate(std::string_view member) const { causes_.push_back(duplicateValue(pathOf(member), value(member))); }
    void unsupported(std::string_view member, std::vector<std::string> allowed) const {
        causes_.push_back(notSupported(pathOf(member), value(member), std::move(allowed)));
    }
    /// A text that a check of validation_names.h finds something wrong with.
    void judge(std::string_view member, std::optional<std::string> (*problem)(std::string_view)) const {
        if (!text(member).empty())
            if (const auto why = problem(text(member)))
                invalid(member, *why);
    }
    /// Of those given, a member that is not one of the allowed texts.
    void oneOf(std::string_view member, std::initializer_list<std::string_view> allowed) const {
        const std::string_view is = text(member);
        if (is.empty())
            return;
        for (std::string_view one : allowed)
            if (is == one)
                return;
        unsupported(member, {allowed.begin(), allowed.end()});
    }
    void notNegative(std::string_view member) const {
        if (const auto is = number(member); is && *is < 0)
            invalid(member, "must be greater than or equal to 0");
    }
    void within(std::string_view member, std::int64_t least, std::int64_t most) const {
        if (const auto is = number(member); is && (*is < least || *is > most))
            invalid(member, std::format("must be between {} and {}, inclusive", least, most));
    }

private:
    const JsonObject& object_;
    std::string path_;
    Causes& causes_;
};

/// A label selector: its labels, operators and values. @p selector absent or no object: nothing to say.
void validateLabelSelector(const At& owner, std::string_view member);
/// A member that must stay as it is.
void validateImmutable(const At& before, const At& after, std::string_view member,
                       std::string_view detail = "field is immutable");

inline StatusCause tooMany(std::string field, std::size_t count, std::size_t most) {
    return {"FieldValueTooMany", std::format("Too many: {}: must have at most {} items", count, most),
            std::move(field)};
}
inline StatusCause tooLong(std::string field, std::size_t most) {
    return {"FieldValueTooLong", std::format("Too long: may not be more than {} bytes", most), std::move(field)};
}
inline StatusCause notFoundValue(std::string field, std::string_view value) {
    return {"FieldValueNotFound", std::format("Not found: {}", printJson(Json(value))), std::move(field)};
}

} // namespace slipway::api
