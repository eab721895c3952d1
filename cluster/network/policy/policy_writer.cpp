#include "cluster/network/policy/policy_writer.h"

#include "cluster/base/log.h"
#include "cluster/network/policy/policy_rules.h"

namespace slipway::network {
namespace {

constexpr char policyTable[] = "slipway_policy";
constexpr std::chrono::milliseconds unknown{200}, retry{2000};

} // namespace

PolicyWriter::PolicyWriter(std::function<std::optional<PolicyInputs>()> read)
    : read_(std::move(read)), v4_("ip", policyTable), v6_("ip6", policyTable), worker_([this] { return work(); }) {}

PolicyWriter::~PolicyWriter() = default;

std::optional<std::chrono::milliseconds> PolicyWriter::work() {
    const auto inputs = read_();
    if (!inputs)
        return unknown;
    return write(*inputs) ? std::nullopt : std::optional(retry);
}

bool PolicyWriter::write(const PolicyInputs& inputs) {
    const auto writeFamily = [&](Family family, Table& table, PolicyPlan& written, bool& used) {
        PolicyPlan plan = planPolicies(inputs, family);
        // The first time even nothing is written, over what an earlier agent may have left.
        if (used && plan == written)
            return true;
        if (!used && family == Family::ip6 && plan == PolicyPlan())
            return true;
        table.put("policies", policyRules(plan, family));
        if (auto done = kernel_.sync(table); !done) {
            base::error("network", "network policies refused: {}", done.error().substr(0, 500));
            return false;
        }
        written = std::move(plan);
        used = true;
        return true;
    };
    const bool done4 = writeFamily(Family::ip4, v4_, plan4_, used4_);
    return writeFamily(Family::ip6, v6_, plan6_, used6_) && done4;
}

} // namespace slipway::network
