#pragma once

namespace slipway::server {

/// `slipway-server snapshot save|verify|restore`: backups of the store. Prints what it found, or why not, and returns
/// the exit code: 0 done, 1 refused or failed, above 100 for a wrong command line.
int runSnapshotCommand(int argc, char** argv);

} // namespace slipway::server
