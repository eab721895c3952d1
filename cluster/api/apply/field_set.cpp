#include "cluster/api/apply/field_set.h"

#include <format>

namespace slipway::api::apply {

std::optional<PathElement> PathElement::parse(std::string_view text) {
    if (text.size() < 2 || text[1] != ':')
        return {};
    const std::string rest(text.substr(2));
    switch (text[0]) {
    case 'f':
        return PathElement{Kind::member, rest};
    case 'i':
        return PathElement{Kind::index, rest};
    case 'k':
    case 'v':
        if (const auto json = parseJson(rest)) // written anew, so that equal ones are equal texts
            return PathElement{text[0] == 'k' ? Kind::keys : Kind::value, printJson(*json)};
        return {};
    default:
        return {};
    }
}

std::string PathElement::print() const {
    static constexpr char letters[] = {'f', 'k', 'v', 'i'};
    std::string printed;
    printed.reserve(text.size() + 2);
    printed += letters[static_cast<int>(kind)];
    printed += ':';
    return printed += text;
}

std::string PathElement::spelled() const {
    switch (kind) {
    case Kind::member:
        return "." + text;
    case Kind::value:
        return std::format("[={}]", text);
    case Kind::index:
        return std::format("[{}]", text);
    case Kind::keys:
        break;
    }
    std::string list;
    if (const auto keys = parseJson(text); keys && keys->is_object())
        for (const auto& [name, value] : keys->get_object())
            list += std::format("{}{}={}", list.empty() ? "" : ",", std::string_view(name), printJson(value));
    return "[" + list + "]";
}

std::string spelled(const Path& path) {
    std::string text;
    for (const PathElement& element : path)
        text += element.spelled();
    return text;
}

bool FieldSet::has(const Path& path) const {
    const FieldSet* set = this;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        set = set->below(path[i]);
        if (set == nullptr)
            return false;
    }
    return !path.empty() && set->members_.contains(path.back());
}

void FieldSet::insert(const Path& path) {
    FieldSet* set = this;
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
        set = &set->children_[path[i]];
    if (!path.empty())
        set->members_.insert(path.back());
}

const FieldSet* FieldSet::below(const PathElement& element) const {
    const auto found = children_.find(element);
    return found == children_.end() ? nullptr : &found->second;
}

void FieldSet::unite(const FieldSet& other) {
    members_.insert(other.members_.begin(), other.members_.end());
    for (const auto& [element, set] : other.children_)
        children_[element].unite(set);
}

FieldSet FieldSet::minus(const FieldSet& other) const {
    FieldSet result;
    for (const PathElement& member : members_)
        if (!other.members_.contains(member))
            result.members_.insert(member);
    for (const auto& [element, set] : children_) {
        const FieldSet* theirs = other.below(element);
        FieldSet rest = theirs == nullptr ? set : set.minus(*theirs);
        if (!rest.empty())
            result.children_.emplace(element, std::move(rest));
    }
    return result;
}

FieldSet FieldSet::minusDeep(const FieldSet& other) const {
    FieldSet result;
    for (const PathElement& member : members_)
        if (!other.members_.contains(member))
            result.members_.insert(member);
    for (const auto& [element, set] : children_) {
        if (other.members_.contains(element))
            continue;
        const FieldSet* theirs = other.below(element);
        FieldSet rest = theirs == nullptr ? set : set.minusDeep(*theirs);
        if (!rest.empty())
            result.children_.emplace(element, std::move(rest));
    }
    return result;
}

FieldSet FieldSet::intersect(const FieldSet& other) const {
    FieldSet result;
    for (const PathElement& member : members_)
        if (other.members_.contains(member))
            result.members_.insert(member);
    for (const auto& [element, set] : children_) {
        const FieldSet* theirs = other.below(element);
        if (theirs == nullptr)
            continue;
        FieldSet both = set.intersect(*theirs);
        if (!both.empty())
            result.children_.emplace(element, std::move(both));
    }
    return result;
}

void FieldSet::walk(Path& path, const std::function<void(const Path&)>& visit) const {
    for (const PathElement& member : members_) {
        path.push_back(member);
        visit(path);
        path.pop_back();
    }
    for (const auto& [element, set] : children_) {
        path.push_back(element);
        set.walk(path, visit);
        path.pop_back();
    }
}

void FieldSet::eachPath(const std::function<void(const Path&)>& visit) const {
    Path path;
    walk(path, visit);
}

void FieldSet::tidy() {
    for (auto it = children_.begin(); it != children_.end();) {
        it->second.tidy();
        it = it->second.empty() ? children_.erase(it) : std::next(it);
    }
}

JsonObject FieldSet::toJson() const {
    JsonObject json;
    auto member = members_.begin();
    auto child = children_.begin();
    while (member != members_.end() || child != children_.end()) {
        const bool takesMember = child == children_.end() || (member != members_.end() && *member <= child->first);
        const PathElement& element = takesMember ? *member : child->first;
        const bool both = takesMember && child != children_.end() && *member == child->first;
        JsonObject inner = takesMember && !both ? JsonObject() : child->second.toJson();
        if (both) {
            JsonObject marked{{".", JsonObject()}};
            for (auto& [name, value] : inner)
                marked[name] = std::move(value);
            inner = std::move(marked);
        }
        json[element.print()] = std::move(inner);
        if (takesMember)
            ++member;
        if (both || !takesMember)
            ++child;
    }
    return json;
}

FieldSet FieldSet::fromJson(const JsonObject& json) {
    FieldSet set;
    for (const auto& [name, value] : json) {
        auto element = PathElement::parse(name);
        const JsonObject* inner = value.if_object();
        if (!element || inner == nullptr)
            continue;
        if (inner->empty() || inner->contains("."))
            set.members_.insert(*element);
        if (FieldSet below = fromJson(*inner); !below.empty())
            set.children_.emplace(std::move(*element), std::move(below));
    }
    return set;
}

} // namespace slipway::api::apply
