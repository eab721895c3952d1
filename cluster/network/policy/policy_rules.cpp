#include "cluster/network/policy/policy_rules.h"

#include <algorithm>
#include <format>

namespace slipway::network {
namespace {

std::string hashOf(const std::string& text) {
    std::uint64_t hash = 1469598103934665603ULL; // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return std::format("{:016x}", hash);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts)
        result += (result.empty() ? "" : ", ") + part;
    return result;
}

/// Writes one direction: for ingress the pod receives and its peers send.
class DirectionRules {
public:
    DirectionRules(Contribution& out, Family family, bool ingress)
        : out_(out)
        , words_(wordsOf(family))
        , name_(ingress ? "in" : "out")
        , peerSide_(std::format("{} {}", words_.header, ingress ? "saddr" : "daddr")) {}

    void write(const std::map<std::string, DirectionPlan>& policies) {
        std::map<std::string, std::vector<std::string>> policiesOf; // of a pod's address
        for (const auto& [key, direction] : policies)
            for (const std::string& pod : direction.pods)
                policiesOf[pod].push_back(key);
        for (const auto& [pod, keys] : policiesOf) {
            out_.elements.push_back({name_ + "_pods", pod, "jump " + chainOf(keys, policies)});
            out_.elements.push_back({"itself", std::format("{0} . {0}", pod), ""});
        }
    }

private:
    std::string chainOf(const std::vector<std::string>& keys, const std::map<std::string, DirectionPlan>& policies) {
        const std::string chain = std::format("{}_{}", name_, hashOf(joined(keys)));
        if (out_.chains.contains(chain))
            return chain;
        std::vector<std::string> lines;
        for (const std::string& key : keys) {
            const auto& rules = policies.at(key).rules;
            for (std::size_t i = 0; i < rules.size(); ++i)
                addRule(lines, rules[i], std::format("{}_{}_{}", name_, hashOf(key), i));
        }
        lines.emplace_back("drop");
        out_.chains[chain].rules = std::move(lines);
        return chain;
    }

    void addRule(std::vector<std::string>& lines, const PolicyRule& rule, const std::string& name) {
        for (const std::string& peer : peerMatches(rule, name))
            for (const std::string& port : portMatches(rule, name))
                lines.push_back(std::format("{}{}return", peer, port));
    }

    /// One match for each kind of peer; an empty one matches all.
    std::vector<std::string> peerMatches(const PolicyRule& rule, const std::string& name) {
        if (rule.anyPeer)
            return {""};
        std::vector<std::string> matches;
        if (!rule.peers.empty()) {
            const std::string set = "peers_" + name;
            out_.sets[set] = {false, std::format("type {};", words_.address)};
            for (const std::string& peer : rule.peers)
                out_.elements.push_back({set, peer, ""});
            matches.push_back(std::format("{} @{} ", peerSide_, set));
        }
        for (const AddressBlock& block : rule.blocks) {
            std::string match = std::format("{} {} ", peerSide_, block.cidr);
            if (!block.except.empty())
                match += std::format("{} != {{ {} }} ", peerSide_, joined(block.except));
            matches.push_back(std::move(match));
        }
        return matches;
    }

    std::vector<std::string> portMatches(const PolicyRule& rule, const std::string& name) {
        if (rule.anyPort)
            return {""};
        std::vector<std::string> matches;
        for (const PolicyPorts& ports : rule.ports) {
            std::string match = std::format("meta l4proto {} ", nameOf(ports.protocol));
            if (ports.from > 0 && ports.to > ports.from)
                match += std::format("th dport {}-{} ", ports.from, ports.to);
            else if (ports.from > 0)
                match += std::format("th dport {} ", ports.from);
            matches.push_back(std::move(match));
        }
        if (!rule.namedPorts.empty()) {
            const std::string set = "ports_" + name;
            out_.sets[set] = {false, std::format("type {} . inet_proto . inet_service;", words_.address)};
            for (const NamedPort& port : rule.namedPorts)
                out_.elements.push_back(
                    {set, std::format("{} . {} . {}", port.address, nameOf(port.protocol), port.port), ""});
            matches.push_back(std::format("{} daddr . meta l4proto . th dport @{} ", words_.header, set));
        }
        return matches;
    }

    Contribution& out_;
    const FamilyWords words_;
    const std::string name_, peerSide_;
};

} // namespace

Contribution policyRules(const PolicyPlan& plan, Family family) {
    Contribution rules;
    if (plan.ingress.empty() && plan.egress.empty())
        return rules;
    const auto words = wordsOf(family);
    for (const char* name : {"in_pods", "out_pods"})
        rules.sets[name] = {true, std::format("type {} : verdict;", words.address)};
    rules.sets["itself"] = {false, std::format("type {0} . {0};", words.address)};
    rules.chains["forward"] = {"type filter hook forward priority 0; policy accept;",
                               {"ct state established,related ct direction reply accept", "ct state related accept",
                                std::format("{0} saddr . {0} daddr @itself accept", words.header),
                                std::format("{} saddr vmap @out_pods", words.header),
                                std::format("{} daddr vmap @in_pods", words.header)}};
    DirectionRules(rules, family, true).write(plan.ingress);
    DirectionRules(rules, family, false).write(plan.egress);
    std::ranges::sort(rules.elements);
    const auto [first, last] = std::ranges::unique(rules.elements);
    rules.elements.erase(first, last);
    return rules;
}

} // namespace slipway::network
