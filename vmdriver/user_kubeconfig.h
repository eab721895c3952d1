#pragma once
// Our context in the user's own kubeconfig: put in, made current, taken out again. Everything else in it stays.

#include <filesystem>
#include <string>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

/// The name of the context, cluster and user entries: "slipway" for the default cluster, else "slipway-NAME".
std::string contextName(const std::string& cluster);

/// Puts the cluster, user and current context of `adminText` (a kubeconfig with one of each) into `userText` under
/// `context`, replacing entries of that name, and makes it current. Unknown fields and other entries keep their place.
/// @param previous  receives the current-context there was, unless it was already ours
/// Error: kubeconfig, when one of the texts is not a kubeconfig.
Result<std::string> mergedKubeconfig(const std::string& userText, const std::string& adminText,
                                     const std::string& context, std::string& previous);

/// Takes the entries named `context` out; when it was current, `previous` becomes current if it still exists, else
/// none.
Result<std::string> kubeconfigWithout(const std::string& userText, const std::string& context,
                                      const std::string& previous);

/// The same on files: the user's file is replaced in one step, keeps its owner, and has mode 0600. A file that is a
/// symbolic link is followed. Missing files and folders are made, owned like the folder above them.
Result<void> mergeIntoUserKubeconfig(const std::filesystem::path& userFile, const std::filesystem::path& adminFile,
                                     const std::string& context, std::string& previous);
Result<void> removeFromUserKubeconfig(const std::filesystem::path& userFile, const std::string& context,
                                      const std::string& previous);

} // namespace slipway::vmdriver
