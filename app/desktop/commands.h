#pragma once
// What each subcommand does. Every function returns the program's exit code and prints results to standard output,
// progress and errors to standard error.

#include "app/desktop/options.h"
#include "vmdriver/cluster_lifecycle.h"

namespace slipway::desktop {

int startCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int stopCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int removeCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int showStatus(const vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int listClusters(const vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int printKubeconfig(const vmdriver::ClusterLifecycle& lifecycle, const Options& options);
/// Becomes kubectl; returns only when it cannot.
int runKubectl(const vmdriver::ClusterLifecycle& lifecycle, const Options& options);
int loadImages(vmdriver::ClusterLifecycle& lifecycle, const Options& options);

/// Prints the error for a person and returns 1.
int complain(const vmdriver::DriverError& error);

} // namespace slipway::desktop
