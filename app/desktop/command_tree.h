#pragma once
// Commands and options as CLI11 knows them: parsing and completion both read this tree.

#include <memory>

namespace CLI {
class App;
}

namespace slipway::desktop {

struct Options;

/// The tree that writes what it parses into `options`, which must outlive it.
std::unique_ptr<CLI::App> makeCommandTree(Options& options);

} // namespace slipway::desktop
