#pragma once

#include "cluster/api/types/certificates_v1.h"
#include "cluster/controllers/controllers.h"

#include <chrono>
#include <string>

/// Judging certificate signing requests, as plain functions. Source: the Kubernetes documentation, "Certificates and
/// Certificate Signing Requests".
namespace slipway::controllers {

using api::certificates_v1::CertificateSigningRequest;

inline constexpr const char *clientSigner = "kubernetes.io/kube-apiserver-client",
                            *nodeClientSigner = "kubernetes.io/kube-apiserver-client-kubelet",
                            *nodeServingSigner = "kubernetes.io/kubelet-serving",
                            *legacySigner = "kubernetes.io/legacy-unknown";

/// The condition of that type that is True, or null.
const api::certificates_v1::CertificateSigningRequestCondition* conditionOf(const CertificateSigningRequest& request,
                                                                            std::string_view type);

/// Whether this cluster's keys sign for the signer.
bool isOurSigner(const std::string& signer);

/// Why a request may not be signed by the signer it names; empty: it may.
std::string refusal(const CertificateSigningRequest& request, const CertificateNames& names);

/// Whether a node asks for its client certificate, for itself (@p self) or for the first time.
bool isNodeClientRequest(const CertificateSigningRequest& request, const CertificateNames& names, bool self);

/// How long the certificate is to be valid: what was asked for, between ten minutes and a year.
std::chrono::seconds lifetimeOf(const CertificateSigningRequest& request);

/// How long until a request is to be deleted: an hour after it was decided, a day when nobody decides.
std::chrono::seconds keepFor(const CertificateSigningRequest& request, std::chrono::system_clock::time_point now);

} // namespace slipway::controllers
