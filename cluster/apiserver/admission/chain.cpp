#include "cluster/apiserver/admission/chain.h"

#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/policies/policy_types.h"

#include <array>

namespace slipway::apiserver::admission {

std::span<const Plugin> mutatingPlugins() {
    static constexpr std::array<Plugin, 13> plugins{{
        {"NamespaceLifecycle", namespaceLifecycle},
        {"LimitRanger", limitRangerDefaults},
        {"ServiceAccount", serviceAccount},
        {"NodeRestriction", nodeRestriction},
        {"TaintNodesByCondition", taintNodesByCondition},
        {"Priority", priority},
        {"DefaultTolerationSeconds", defaultTolerationSeconds},
        {"DefaultStorageClass", defaultStorageClass},
        {"StorageObjectInUseProtection", storageObjectInUseProtection},
        {"RuntimeClass", runtimeClass},
        {"DefaultIngressClass", defaultIngressClass},
        {"RBAC", rbacEscalation},
        {"ValidatingAdmissionPolicyStatus", policyTypes},
    }};
    return plugins;
}

std::span<const Plugin> validatingPlugins() {
    static constexpr std::array<Plugin, 9> plugins{{
        {"LimitRanger", limitRangerLimits},
        {"PodSecurity", podSecurity},
        {"PodSecurity", podSecurityNamespace},
        {"Priority", priorityClassDefault},
        {"PersistentVolumeClaimResize", persistentVolumeClaimResize},
        {"RuntimeClass", runtimeClassOverhead},
        {"CertificateApproval", certificateApproval},
        {"CertificateSigning", certificateSigning},
        {"CertificateSubjectRestriction", certificateSubjectRestriction},
    }};
    return plugins;
}

Refusal ask(std::span<const Plugin> plugins, Request& request, const ClusterState& cluster) {
    for (const Plugin& plugin : plugins)
        if (auto refusal = plugin.admit(request, cluster))
            return refusal;
    return {};
}

std::string quotedText(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result.append(1, '\\').append(1, letter);
        else if (letter == '\n')
            result += "\\n";
        else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f)
            result += std::format("\\x{:02x}", static_cast<unsigned char>(letter));
        else
            result += letter;
    }
    return result + "\"";
}

} // namespace slipway::apiserver::admission
