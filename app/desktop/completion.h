#pragma once
// Shell completion, written from the command tree itself.

#include <string>

namespace slipway::desktop {

/// A completion script in one of the shells' languages (bash, zsh, fish); empty for another shell. Commands and
/// options come from the tree, names of clusters from `slipway list` at the time of completion.
std::string completionScript(const std::string& shell);

} // namespace slipway::desktop
