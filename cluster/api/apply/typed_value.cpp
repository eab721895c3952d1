#include "cluster/api/apply/typed_value.h"

#include "cluster/api/json_equal.h"

#include <algorithm>

namespace slipway::api::apply {
namespace {

using Form = MergeSchema::Form;

class FieldCollection {
public:
    void value(const Json& value, const MergeSchema& schema, FieldSet& parent, const PathElement& element) {
        const Form form = schema.formOf(value);
        if (form == Form::leaf) {
            parent.insertMember(element);
            return;
        }
        FieldSet& own = parent.child(element);
        if (form == Form::members)
            members(value.get_object(), schema, own);
        else
            items(value.get_array(), schema, own, form);
    }

    void members(const JsonObject& object, const MergeSchema& schema, FieldSet& own) {
        for (const auto& [name, member] : object) {
            const PathElement element = PathElement::member(name);
            value(member, schema.member(name).value_or(MergeSchema()), own, element);
            const bool bare = member.is_null() || (member.is_object() && member.get_object().empty());
            if (bare || !schema.isStruct(name))
                own.insertMember(element);
        }
    }

private:
    void items(const JsonArray& list, const MergeSchema& schema, FieldSet& own, Form form) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const PathElement element = schema.elementOf(list[i], i, form);
            value(list[i], schema.item(), own, element);
            own.insertMember(element);
        }
    }
};

bool isBare(const Json* value) {
    return value == nullptr || value->is_null() || (value->is_object() && value->get_object().empty()) ||
           (value->is_array() && value->get_array().empty());
}

/// Walks two values side by side.
class Difference {
public:
    explicit Difference(Comparison& found) : found_(found) {}

    void members(const JsonObject* before, const JsonObject* after, const MergeSchema& schema, bool given) {
        if (before != nullptr)
            for (const auto& [name, value] : *before)
                step(PathElement::member(name), &value, after == nullptr ? nullptr : after->if_contains(name),
                     schema.member(name).value_or(MergeSchema()), given && schema.alwaysPresent(name));
        if (after != nullptr)
            for (const auto& [name, value] : *after)
                if (before == nullptr || !before->contains(name))
                    step(PathElement::member(name), nullptr, &value, schema.member(name).value_or(MergeSchema()),
                         given && schema.alwaysPresent(name));
    }

private:
    /// @p given: the value counts as there, and empty, when it is absent.
    void step(const PathElement& element, const Json* before, const Json* after, const MergeSchema& schema,
              bool given) {
        if (before != nullptr && after != nullptr && sameJson(*before, *after))
            return;
        path_.push_back(element);
        both(before, after, schema, given);
        path_.pop_back();
    }

    void leaf(const Json* before, const Json* after) {
        (before == nullptr ? found_.added : after == nullptr ? found_.removed : found_.modified).insert(path_);
    }

    void both(const Json* before, const Json* after, const MergeSchema& schema, bool given) {
        const Json* shown = after != nullptr ? after : before;
        Form form = schema.formOf(*shown);
        if (before != nullptr && after != nullptr && !before->is_null() && schema.formOf(*before) != form)
            form = Form::leaf;
        if (form == Form::leaf || (isBare(before) && isBare(after))) {
            leaf(before, after);
            return;
        }
        if (form == Form::members)
            members(before == nullptr ? nullptr : before->if_object(), after == nullptr ? nullptr : after->if_object(),
                    schema, given);
        else
            items(before == nullptr ? nullptr : before->if_array(), after == nullptr ? nullptr : after->if_array(),
                  schema, form);
        if (before == nullptr && !given)
            found_.added.insert(path_);
        else if (after == nullptr)
            found_.removed.insert(path_);
    }

    void items(const JsonArray* before, const JsonArray* after, const MergeSchema& schema, Form form) {
        std::map<PathElement, std::pair<const Json*, const Json*>> pairs;
        for (std::size_t i = 0; before != nullptr && i < before->size(); ++i)
            pairs[schema.elementOf((*before)[i], i, form)].first = &(*before)[i];
        for (std::size_t i = 0; after != nullptr && i < after->size(); ++i)
            pairs[schema.elementOf((*after)[i], i, form)].second = &(*after)[i];
        const MergeSchema item = schema.item();
        for (const auto& [element, pair] : pairs)
            step(element, pair.first, pair.second, item, false);
    }

    Comparison& found_;
    Path path_;
};

/// What compare() finds added to an empty object, as FieldsV1 and without a set between: every object that is made goes
/// this way.
class NewFields {
public:
    /// @p marked: the object itself is owned too, which a member "." says if any other follows.
    JsonObject members(const JsonObject& object, const MergeSchema& schema, bool given, const FieldSet* unowned,
                       std::string_view passedOver, bool marked = false) const {
        std::vector<const JsonObject::value_type*> order;
        order.reserve(object.size());
        for (const auto& member : object)
            if (member.key() != passedOver)
                order.push_back(&member);
        std::ranges::sort(order, {}, [](const auto* member) { return std::string_view(member->key()); });
        JsonObject fields = begun(order.size(), marked);
        for (const auto* member : order) {
            const std::string_view name = member->key();
            add(fields, PathElement::member(name), member->value(), schema.member(name).value_or(MergeSchema()),
                given && schema.alwaysPresent(name), unowned);
        }
        return ended(std::move(fields), marked);
    }

private:
    static JsonObject begun(std::size_t size, bool marked) {
        JsonObject fields;
        fields.reserve(size + (marked ? 1 : 0));
        if (marked)
            fields.emplace(".", JsonObject());
        return fields;
    }

    static JsonObject ended(JsonObject fields, bool marked) {
        if (marked && fields.size() == 1)
            fields.clear();
        return fields;
    }

    void add(JsonObject& fields, const PathElement& element, const Json& value, const MergeSchema& schema, bool given,
             const FieldSet* unowned) const {
        const Form form = schema.formOf(value);
        const bool leaf = form == Form::leaf || isBare(&value);
        const bool owned = (leaf || !given) && (unowned == nullptr || !unowned->hasMember(element));
        JsonObject below;
        if (!leaf) {
            const FieldSet* inner = unowned == nullptr ? nullptr : unowned->below(element);
            below = form == Form::members ? members(value.get_object(), schema, given, inner, {}, owned)
                                          : items(value.get_array(), schema, form, inner, owned);
        }
        if (owned || !below.empty())
            fields.emplace(element.print(), std::move(below));
    }

    JsonObject items(const JsonArray& list, const MergeSchema& schema, Form form, const FieldSet* unowned,
                     bool marked) const {
        std::map<PathElement, const Json*> order;
        for (std::size_t i = 0; i < list.size(); ++i)
            order[schema.elementOf(list[i], i, form)] = &list[i];
        const MergeSchema item = schema.item();
        JsonObject fields = begun(order.size(), marked);
        for (const auto& [element, value] : order)
            add(fields, element, *value, item, false, unowned);
        return ended(std::move(fields), marked);
    }
};

Json mergeValue(const Json& live, const Json& config, const MergeSchema& schema);

JsonObject mergeMembers(const JsonObject& live, const JsonObject& config, const MergeSchema& schema) {
    JsonObject merged = live;
    for (const auto& [name, value] : config) {
        Json* present = merged.if_contains(name);
        if (present == nullptr)
            merged[name] = value;
        else
            *present = mergeValue(*present, value, schema.member(name).value_or(MergeSchema()));
    }
    return merged;
}

/// The items of both lists. Those of the configuration come in its order; those only the live list has stay where they
/// are towards their neighbours.
JsonArray mergeItems(const JsonArray& live, const JsonArray& config, const MergeSchema& schema, Form form) {
    std::vector<PathElement> liveOrder, configOrder, shared;
    std::map<PathElement, const Json*> liveItems;
    std::set<PathElement> configItems;
    for (std::size_t i = 0; i < live.size(); ++i) {
        liveOrder.push_back(schema.elementOf(live[i], i, form));
        liveItems.emplace(liveOrder.back(), &live[i]);
    }
    for (std::size_t i = 0; i < config.size(); ++i) {
        configOrder.push_back(schema.elementOf(config[i], i, form));
        configItems.insert(configOrder.back());
        if (liveItems.contains(configOrder.back()))
            shared.push_back(configOrder.back());
    }
    const MergeSchema item = schema.item();
    JsonArray merged;
    std::size_t left = 0, right = 0, nextShared = 0;
    while (left < live.size() || right < config.size()) {
        const bool both = left < live.size() && right < config.size();
        if (both && liveOrder[left] != configOrder[right] && configItems.contains(liveOrder[left]) &&
            nextShared < shared.size() && shared[nextShared] != liveOrder[left]) {
            ++left; // the configuration has it at another place
        } else if (left < live.size() && !configItems.contains(liveOrder[left])) {
            merged.push_back(live[left++]);
        } else if (right < config.size()) {
            const auto present = liveItems.find(configOrder[right]);
            merged.push_back(present == liveItems.end() ? config[right]
                                                        : mergeValue(*present->second, config[right], item));
            left += left < live.size() && liveOrder[left] == configOrder[right] ? 1 : 0;
            nextShared += present != liveItems.end() ? 1 : 0;
            ++right;
        } else {
            ++left;
        }
    }
    return merged;
}

Json mergeValue(const Json& live, const Json& config, const MergeSchema& schema) {
    const Form form = schema.formOf(config);
    if (form == Form::leaf || schema.formOf(live) != form)
        return config;
    if (form == Form::members)
        return mergeMembers(live.get_object(), config.get_object(), schema);
    return mergeItems(live.get_array(), config.get_array(), schema, form);
}

/// Nothing is left of a value: it is to go.
std::optional<Json> pruned(const Json& value, const FieldSet& set, const MergeSchema& schema) {
    const Form form = schema.formOf(value);
    if (form == Form::members) {
        JsonObject rest = without(value.get_object(), set, schema);
        return rest.empty() && !value.get_object().empty() ? std::nullopt : std::optional<Json>(std::move(rest));
    }
    if (form == Form::leaf)
        return value;
    const JsonArray& list = value.get_array();
    JsonArray rest;
    const MergeSchema item = schema.item();
    for (std::size_t i = 0; i < list.size(); ++i) {
        const PathElement element = schema.elementOf(list[i], i, form);
        if (set.hasMember(element))
            continue;
        if (const FieldSet* below = set.below(element)) {
            if (auto kept = pruned(list[i], *below, item))
                rest.push_back(std::move(*kept));
        } else {
            rest.push_back(list[i]);
        }
    }
    return rest.empty() && !list.empty() ? std::nullopt : std::optional<Json>(std::move(rest));
}

class ConfigurationCheck {
public:
    void members(const JsonObject& object, const MergeSchema& schema) {
        for (const auto& [name, value] : object) {
            path_.push_back(PathElement::member(name));
            if (const auto inner = schema.member(name))
                this->value(value, *inner);
            else
                report("field not declared in schema");
            path_.pop_back();
        }
    }

    std::vector<std::string> problems;

private:
    void report(std::string_view what) { problems.push_back(spelled(path_) + ": " + std::string(what)); }

    static std::string_view formName(const Json& value) {
        return value.is_object()   ? "map"
               : value.is_array()  ? "list"
               : value.is_string() ? "string"
               : value.is_bool()   ? "boolean"
                                   : "numeric";
    }

    void value(const Json& value, const MergeSchema& schema) {
        if (value.is_null())
            return;
        const std::string_view wanted = schema.expected(), is = formName(value);
        if (!wanted.empty() && wanted != is) {
            report(wanted == "numeric" ? "expected numeric (int or float), got " + goName(value)
                   : wanted == "boolean" || wanted == "string"
                       ? "expected " + std::string(wanted) + ", got " + goText(value)
                       : "expected " + std::string(wanted) + ", got &{" + goText(value) + "}");
            return;
        }
        const Form form = schema.formOf(value);
        if (form == Form::members)
            members(value.get_object(), schema);
        else if (form == Form::leaf)
            leaf(value, schema);
        else
            items(value.get_array(), schema, form);
    }

    /// What is replaced whole has a schema all the same.
    void leaf(const Json& value, const MergeSchema& schema) {
        if (value.is_object())
            members(value.get_object(), schema);
        if (value.is_array())
            for (std::size_t i = 0; i < value.get_array().size(); ++i) {
                path_.push_back({PathElement::Kind::index, std::to_string(i)});
                this->value(value.get_array()[i], schema.item());
                path_.pop_back();
            }
    }

    void items(const JsonArray& list, const MergeSchema& schema, Form form) {
        std::set<PathElement> seen;
        for (std::size_t i = 0; i < list.size(); ++i) {
            const PathElement element = schema.elementOf(list[i], i, form);
            if (form == Form::items && element.kind == PathElement::Kind::index) {
                report("element " + std::to_string(i) +
                       ": associative list with keys has an element that omits all key fields");
                continue;
            }
            if (!seen.insert(element).second) {
                report("duplicate entries for key " + element.spelled());
                continue;
            }
            path_.push_back(element);
            value(list[i], schema.item());
            path_.pop_back();
        }
    }

    static std::string goName(const Json& value) { return std::string(formName(value)); }
    static std::string goText(const Json& value) { return printJson(value); }

    Path path_;
};

} // namespace

FieldSet fieldsOf(const JsonObject& value, const MergeSchema& schema) {
    FieldSet set;
    FieldCollection().members(value, schema, set);
    set.tidy();
    return set;
}

Comparison compare(const JsonObject& before, const JsonObject& after, const MergeSchema& schema) {
    Comparison found;
    Difference(found).members(&before, &after, schema, true);
    return found;
}

JsonObject newFields(const JsonObject& made, const MergeSchema& schema, const FieldSet& unowned,
                     std::string_view passedOver) {
    return NewFields().members(made, schema, true, &unowned, passedOver);
}

JsonObject merge(const JsonObject& live, const JsonObject& config, const MergeSchema& schema) {
    return mergeMembers(live, config, schema);
}

JsonObject without(const JsonObject& value, const FieldSet& set, const MergeSchema& schema) {
    JsonObject rest;
    for (const auto& [name, member] : value) {
        const PathElement element = PathElement::member(name);
        if (set.hasMember(element))
            continue;
        const FieldSet* below = set.below(element);
        if (below == nullptr)
            rest[name] = member;
        else if (auto kept = pruned(member, *below, schema.member(name).value_or(MergeSchema())))
            rest[name] = std::move(*kept);
    }
    return rest;
}

FieldSet withStructs(const FieldSet& set, const MergeSchema& schema) {
    FieldSet result;
    for (const PathElement& member : set.members())
        result.insertMember(member);
    for (const auto& [element, below] : set.children()) {
        const bool isMember = element.kind == PathElement::Kind::member;
        if (isMember && schema.isStruct(element.text))
            result.insertMember(element);
        const MergeSchema inner = isMember ? schema.member(element.text).value_or(MergeSchema()) : schema.item();
        result.child(element) = withStructs(below, inner);
    }
    return result;
}

std::vector<std::string> problemsOf(const JsonObject& config, const MergeSchema& schema) {
    ConfigurationCheck check;
    check.members(config, schema);
    return std::move(check.problems);
}

} // namespace slipway::api::apply
