#include "app/server/snapshot_command.h"

#include "cluster/store/snapshot_file.h"

#include <CLI/CLI.hpp>
#include <format>
#include <iostream>

namespace slipway::server {

namespace {

int report(const store::Result<store::SnapshotFacts>& done, const std::string& what) {
    if (!done) {
        std::cerr << "slipway-server: " << done.error().message << "\n";
        return 1;
    }
    std::cout << std::format("{}: {} objects at revision {}, {} bytes\n", what, done->keys, done->revision,
                             done->bytes);
    return 0;
}

} // namespace

int runSnapshotCommand(int argc, char** argv) {
    CLI::App app("Backups of the store", "slipway-server snapshot");
    app.require_subcommand(1);
    std::filesystem::path dataDir, file;
    const auto add = [&](const char* name, const char* text, bool needsData) {
        CLI::App* command = app.add_subcommand(name, text);
        if (needsData)
            command->add_option("--data-dir", dataDir, "Folder of the store")->required();
        command->add_option("file", file, "The snapshot")->required();
        return command;
    };
    const CLI::App* save = add("save", "Copy the store to a new file; the server may go on serving", true);
    const CLI::App* restore =
        add("restore", "Put a snapshot in the place of the store; no server may have it open", true);
    add("verify", "Check a snapshot from end to end", false);
    CLI11_PARSE(app, argc, argv);
    const auto storeFile = dataDir / "store.db";
    if (save->parsed())
        return report(store::saveSnapshot(storeFile, file), "saved");
    if (restore->parsed())
        return report(store::restoreSnapshot(file, storeFile), "restored");
    return report(store::verifySnapshot(file), "whole");
}

} // namespace slipway::server
