#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slipway::network {

/// A set or map of a table: its definition without elements ("map" and "type ipv4_addr : verdict;").
struct SetDefinition {
    bool isMap = false;
    std::string specification;
    bool dynamic = false; ///< filled by the kernel itself: its elements are never written, and outlive the agent
    bool operator==(const SetDefinition&) const = default;
};

struct ChainDefinition {
    std::string hook; ///< "type nat hook prerouting priority dstnat; policy accept;", empty for ordinary chains
    std::vector<std::string> rules;
    bool operator==(const ChainDefinition&) const = default;
};

/// One element of a set, or of a map when it has a value.
struct Element {
    std::string set, key, value;
    auto operator<=>(const Element&) const = default;
};

/// What one owner (a service, a policy) needs in a table. Owners may share sets and chains of one name; these must then
/// be the same. When two owners claim one element, the first keeps it until it lets go.
struct Contribution {
    std::map<std::string, SetDefinition> sets;
    std::map<std::string, ChainDefinition> chains;
    std::vector<Element> elements;
};

/// Names of what a table holds in the kernel.
struct TableContents {
    std::set<std::string> sets, maps, chains;
};

/// An nftables table as it should be, and the difference to what the kernel was last given. Changing one owner costs
/// what that owner has, not what the table has. Plain values: it writes text, KernelRules applies it. One thread.
class Table {
public:
    Table(std::string family, std::string name) : family_(std::move(family)), name_(std::move(name)) {}

    /// Replaces what an owner needs; an empty contribution removes the owner.
    void put(const std::string& owner, Contribution contribution);

    /// Whether anything differs from what was committed.
    bool changed() const;
    /// The commands that bring the kernel from what was committed to what is wanted; applied whole or not at all.
    std::string transaction() const;
    /// The commands that make the table right whatever it @p holds: rules and elements are written anew, dynamic sets
    /// that are still wanted keep what they hold.
    std::string rewrite(const TableContents& holds) const;
    /// The last transaction() or rewrite() was applied.
    void committed();

    const std::string& family() const { return family_; }
    const std::string& name() const { return name_; }
    /// "ip slipway".
    std::string path() const { return family_ + " " + name_; }

private:
    struct Claim {
        std::string owner, value;
    };
    struct Entry {
        std::vector<Claim> claims;
        bool inKernel = false;
        std::string kernelValue;
    };
    template <class Definition> struct Shared {
        Definition wanted, inKernel;
        int owners = 0;
        bool written = false;
    };
    using Entries = std::unordered_map<std::string, Entry>;

    void release(const std::string& owner, const Contribution& contribution);
    void claim(const std::string& owner, const Contribution& contribution);
    std::string elementCommands() const;

    std::string family_, name_;
    std::unordered_map<std::string, Contribution> owners_;
    std::map<std::string, Shared<SetDefinition>> sets_;
    std::map<std::string, Shared<ChainDefinition>> chains_;
    std::map<std::string, Entries> elements_;
    std::set<std::string> touchedSets_, touchedChains_;
    std::map<std::string, std::set<std::string>> touchedElements_;
};

/// The names in the text of `nft --terse list table`.
TableContents parseContents(std::string_view listing);

} // namespace slipway::network
