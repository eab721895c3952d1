#include "cluster/network/nftables/table.h"

#include <algorithm>
#include <format>

namespace slipway::network {
namespace {

/// Elements of one command: long commands make the parser's memory grow.
constexpr std::size_t mostElements = 1000;

/// Writes "add element ip t s { a, b }" for many elements.
class ElementList {
public:
    ElementList(std::string& out, std::string command) : out_(out), command_(std::move(command)) {}
    ~ElementList() { flush(); }
    ElementList(const ElementList&) = delete;
    ElementList& operator=(const ElementList&) = delete;

    void add(const std::string& key, const std::string& value = {}) {
        line_ += (line_.empty() ? "" : ", ") + key;
        if (!value.empty())
            line_ += " : " + value;
        if (++count_ == mostElements)
            flush();
    }

private:
    void flush() {
        if (!line_.empty())
            out_ += std::format("{} {{ {} }}\n", command_, line_);
        line_.clear();
        count_ = 0;
    }
    std::string& out_;
    std::string command_, line_;
    std::size_t count_ = 0;
};

void addSet(std::string& out, const std::string& path, const std::string& name, const SetDefinition& set) {
    out += std::format("add {} {} {} {{ {} }}\n", set.isMap ? "map" : "set", path, name, set.specification);
}

void addChain(std::string& out, const std::string& path, const std::string& name, const ChainDefinition& chain) {
    out += std::format("add chain {} {}", path, name);
    out += chain.hook.empty() ? std::string("\n") : std::format(" {{ {} }}\n", chain.hook);
}

void addRules(std::string& out, const std::string& path, const std::string& name, const ChainDefinition& chain) {
    for (const std::string& rule : chain.rules)
        out += std::format("add rule {} {} {}\n", path, name, rule);
}

} // namespace

void Table::put(const std::string& owner, Contribution contribution) {
    const bool empty = contribution.sets.empty() && contribution.chains.empty() && contribution.elements.empty();
    const auto found = owners_.find(owner);
    const bool known = found != owners_.end();
    if (empty && !known)
        return;
    // The new is claimed before the old is released, so that what stays is never without an owner.
    std::ranges::sort(contribution.elements);
    const Contribution old = known ? std::move(found->second) : Contribution();
    Contribution gone = old, fresh = contribution;
    fresh.elements.clear();
    gone.elements.clear();
    std::ranges::set_difference(contribution.elements, old.elements, std::back_inserter(fresh.elements));
    std::ranges::set_difference(old.elements, contribution.elements, std::back_inserter(gone.elements));
    release(owner, {{}, {}, gone.elements});
    claim(owner, fresh);
    gone.elements.clear();
    release(owner, gone);
    if (empty)
        owners_.erase(owner);
    else
        owners_.insert_or_assign(owner, std::move(contribution));
}

void Table::claim(const std::string& owner, const Contribution& contribution) {
    for (const auto& [name, definition] : contribution.sets) {
        auto& set = sets_[name];
        set.wanted = definition;
        ++set.owners;
        touchedSets_.insert(name);
    }
    for (const auto& [name, definition] : contribution.chains) {
        auto& chain = chains_[name];
        chain.wanted = definition;
        ++chain.owners;
        touchedChains_.insert(name);
    }
    for (const Element& element : contribution.elements) {
        elements_[element.set][element.key].claims.push_back({owner, element.value});
        touchedElements_[element.set].insert(element.key);
    }
}

void Table::release(const std::string& owner, const Contribution& contribution) {
    for (const auto& [name, definition] : contribution.sets) {
        --sets_[name].owners;
        touchedSets_.insert(name);
    }
    for (const auto& [name, definition] : contribution.chains) {
        --chains_[name].owners;
        touchedChains_.insert(name);
    }
    for (const Element& element : contribution.elements) {
        auto& claims = elements_[element.set][element.key].claims;
        const auto own = std::ranges::find_if(
            claims, [&](const Claim& claim) { return claim.owner == owner && claim.value == element.value; });
        if (own != claims.end())
            claims.erase(own);
        touchedElements_[element.set].insert(element.key);
    }
}

bool Table::changed() const {
    const auto setDiffers = [&](const std::string& name) {
        const auto& set = sets_.at(name);
        return set.written != (set.owners > 0);
    };
    const auto chainDiffers = [&](const std::string& name) {
        const auto& chain = chains_.at(name);
        return chain.written != (chain.owners > 0) || (chain.written && chain.inKernel != chain.wanted);
    };
    return std::ranges::any_of(touchedSets_, setDiffers) || std::ranges::any_of(touchedChains_, chainDiffers) ||
           !elementCommands().empty();
}

/// What goes is removed first, in all sets: an element may come back with another value.
std::string Table::elementCommands() const {
    std::string gone, fresh;
    for (const auto& [set, keys] : touchedElements_) {
        const auto definition = sets_.find(set);
        if (definition == sets_.end() || definition->second.owners == 0)
            continue; // it goes with all it holds
        ElementList remove(gone, std::format("delete element {} {}", path(), set));
        ElementList add(fresh, std::format("add element {} {}", path(), set));
        const Entries& entries = elements_.at(set);
        for (const std::string& key : keys) {
            const Entry& entry = entries.at(key);
            const bool wanted = !entry.claims.empty();
            const bool same = wanted && entry.inKernel && entry.claims.front().value == entry.kernelValue;
            if (entry.inKernel && !same)
                remove.add(key);
            if (wanted && !same)
                add.add(key, entry.claims.front().value);
        }
    }
    return gone + fresh;
}

std::string Table::transaction() const {
    // What goes is emptied first. Then maps go before chains, which their elements may lead to.
    std::string text, rules, goneSets, goneChains;
    for (const std::string& name : touchedSets_) {
        const auto& set = sets_.at(name);
        if (set.owners > 0 && !set.written)
            addSet(text, path(), name, set.wanted);
        else if (set.owners == 0 && set.written)
            goneSets += std::format("delete {} {} {}\n", set.inKernel.isMap ? "map" : "set", path(), name);
    }
    for (const std::string& name : touchedChains_) {
        const auto& chain = chains_.at(name);
        if (chain.owners == 0) {
            if (chain.written) {
                text += std::format("flush chain {} {}\n", path(), name);
                goneChains += std::format("delete chain {} {}\n", path(), name);
            }
            continue;
        }
        if (chain.written && chain.inKernel == chain.wanted)
            continue;
        if (chain.written)
            text += std::format("flush chain {} {}\n", path(), name);
        else
            addChain(text, path(), name, chain.wanted);
        addRules(rules, path(), name, chain.wanted);
    }
    return text + rules + elementCommands() + goneSets + goneChains;
}

std::string Table::rewrite(const TableContents& holds) const {
    std::string text = std::format("add table {0}\nflush table {0}\n", path());
    const auto keeps = [&](const std::string& name) {
        const auto found = sets_.find(name);
        return found != sets_.end() && found->second.owners > 0 && found->second.wanted.dynamic;
    };
    const auto forEachSet = [&](const char* command) {
        for (const auto& [kind, names] : {std::pair("set", &holds.sets), std::pair("map", &holds.maps)})
            for (const std::string& name : *names)
                if (!keeps(name))
                    text += std::format("{} {} {} {}\n", command, kind, path(), name);
    };
    forEachSet("flush");
    for (const std::string& name : holds.chains)
        if (const auto found = chains_.find(name); found == chains_.end() || found->second.owners == 0)
            text += std::format("delete chain {} {}\n", path(), name);
    forEachSet("delete");
    for (const auto& [name, set] : sets_)
        if (set.owners > 0)
            addSet(text, path(), name, set.wanted);
    for (const auto& [name, chain] : chains_)
        if (chain.owners > 0)
            addChain(text, path(), name, chain.wanted);
    for (const auto& [name, chain] : chains_)
        if (chain.owners > 0)
            addRules(text, path(), name, chain.wanted);
    for (const auto& [set, entries] : elements_) {
        const auto definition = sets_.find(set);
        if (definition == sets_.end() || definition->second.owners == 0)
            continue;
        ElementList add(text, std::format("add element {} {}", path(), set));
        for (const auto& [key, entry] : entries)
            if (!entry.claims.empty())
                add.add(key, entry.claims.front().value);
    }
    return text;
}

void Table::committed() {
    for (const std::string& name : touchedSets_) {
        auto& set = sets_.at(name);
        set.written = set.owners > 0;
        set.inKernel = set.wanted;
        if (!set.written) {
            sets_.erase(name);
            elements_.erase(name);
            touchedElements_.erase(name);
        }
    }
    for (const std::string& name : touchedChains_) {
        auto& chain = chains_.at(name);
        chain.written = chain.owners > 0;
        chain.inKernel = chain.wanted;
        if (!chain.written)
            chains_.erase(name);
    }
    for (const auto& [set, keys] : touchedElements_)
        for (const std::string& key : keys) {
            Entries& entries = elements_[set];
            const auto entry = entries.find(key);
            if (entry == entries.end())
                continue;
            entry->second.inKernel = !entry->second.claims.empty();
            if (entry->second.inKernel)
                entry->second.kernelValue = entry->second.claims.front().value;
            else
                entries.erase(entry);
        }
    touchedSets_.clear();
    touchedChains_.clear();
    touchedElements_.clear();
}

TableContents parseContents(std::string_view listing) {
    TableContents contents;
    while (!listing.empty()) {
        const std::size_t end = listing.find('\n');
        std::string_view line = listing.substr(0, end);
        listing = end == std::string_view::npos ? std::string_view() : listing.substr(end + 1);
        // Objects stand one level in; what is deeper belongs to them.
        if (!line.starts_with('\t') || line.starts_with("\t\t"))
            continue;
        line.remove_prefix(1);
        const auto nameAfter = [&](std::string_view word) {
            return std::string(line.substr(word.size(), line.find(' ', word.size()) - word.size()));
        };
        if (line.starts_with("chain "))
            contents.chains.insert(nameAfter("chain "));
        else if (line.starts_with("set "))
            contents.sets.insert(nameAfter("set "));
        else if (line.starts_with("map "))
            contents.maps.insert(nameAfter("map "));
    }
    return contents;
}

} // namespace slipway::network
