#pragma once

#include "cluster/scheduler/profile.h"
#include "cluster/scheduler/queue.h"

#include <chrono>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::scheduler {

/// A web service that has a say in where pods go (KubeSchedulerConfiguration's extenders). Empty verbs are not called.
struct ExtenderSettings {
    std::string url; ///< "http://host:port/path", before the verbs
    std::string filterVerb, prioritizeVerb, bindVerb, preemptVerb;
    std::int64_t weight = 1;
    bool cachesNodes = false;        ///< it is sent names of nodes only
    bool ignorable = false;          ///< scheduling goes on when it does not answer
    std::set<std::string> resources; ///< only pods that ask for one of these are sent; empty: all
    std::chrono::milliseconds timeout{5000};
    std::string caPem, certificatePem, keyPem, serverName;
    bool insecure = false;
};

/// How the scheduler works: its profiles by name, extenders, and times.
struct Configuration {
    std::map<std::string, Profile> profiles;
    std::vector<ExtenderSettings> extenders;
    BackOffTimes backOff;

    /// One profile, "default-scheduler", with everything as usual.
    Configuration();
};

/// Reads a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) in YAML or JSON. What is about the process of
/// kube-scheduler itself (leaderElection, clientConnection, parallelism, ...) is accepted and left aside. The error
/// names the field.
std::expected<Configuration, std::string> readConfiguration(std::string_view text);

} // namespace slipway::scheduler
