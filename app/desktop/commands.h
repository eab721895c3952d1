#pragma once
// What each subcommand does. Every function returns the program's exit code and prints results to standard output,
// progress and errors to standard error.

#include "app/desktop/options.h"
#include "vmdriver/cluster_lifecycle.h"

namespace slipway::desktop {

using vmdriver::ClusterLifecycle;

int startCluster(ClusterLifecycle& lifecycle, const Options& options);
int stopCluster(ClusterLifecycle& lifecycle, const Options& options);
int removeCluster(ClusterLifecycle& lifecycle, const Options& options);
int pauseCluster(ClusterLifecycle& lifecycle, const Options& options);
int resumeCluster(ClusterLifecycle& lifecycle, const Options& options);

int showStatus(const ClusterLifecycle& lifecycle, const Options& options);
int listClusters(const ClusterLifecycle& lifecycle, const Options& options);
int printKubeconfig(const ClusterLifecycle& lifecycle, const Options& options);
/// Becomes kubectl; returns only when it cannot.
int runKubectl(const ClusterLifecycle& lifecycle, const Options& options);

int addNode(ClusterLifecycle& lifecycle, const Options& options);
int removeNode(ClusterLifecycle& lifecycle, const Options& options);
int listNodes(const ClusterLifecycle& lifecycle, const Options& options);
int setNode(ClusterLifecycle& lifecycle, const Options& options);
int openShell(const ClusterLifecycle& lifecycle, const Options& options);
int showNodeLogs(const ClusterLifecycle& lifecycle, const Options& options);
int copyNodeFile(const ClusterLifecycle& lifecycle, const Options& options);

int loadImages(ClusterLifecycle& lifecycle, const Options& options);
int listImages(const ClusterLifecycle& lifecycle, const Options& options);
int removeImages(ClusterLifecycle& lifecycle, const Options& options);
int buildImage(ClusterLifecycle& lifecycle, const Options& options);

int saveSnapshot(ClusterLifecycle& lifecycle, const Options& options);
int listSnapshots(const ClusterLifecycle& lifecycle, const Options& options);
int restoreSnapshot(ClusterLifecycle& lifecycle, const Options& options);
int deleteSnapshot(ClusterLifecycle& lifecycle, const Options& options);
int forkSnapshot(ClusterLifecycle& lifecycle, const Options& options);

int listAddons(const ClusterLifecycle& lifecycle, const Options& options);
int enableAddon(const ClusterLifecycle& lifecycle, const Options& options);
int disableAddon(const ClusterLifecycle& lifecycle, const Options& options);
int printServiceUrl(const ClusterLifecycle& lifecycle, const Options& options);

int examineMachine(const ClusterLifecycle& lifecycle, const Options& options);
int packBundle(const ClusterLifecycle& lifecycle, const Options& options);

/// A cluster's status as JSON, one line: what `status -o json` prints.
std::string statusText(const vmdriver::ClusterStatus& status);

/// Prints the error for a person and returns the exit code for it (exit_code.h).
int complain(const vmdriver::DriverError& error);

} // namespace slipway::desktop
