#include "vmdriver/addons.h"

#include <algorithm>
#include <sstream>

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

std::string trimmed(std::string text) {
    const auto quoteOrSpace = [](char c) { return c == ' ' || c == '"' || c == '\'' || c == '\r'; };
    while (!text.empty() && quoteOrSpace(text.front()))
        text.erase(0, 1);
    while (!text.empty() && quoteOrSpace(text.back()))
        text.pop_back();
    return text;
}

} // namespace

std::vector<std::string> imagesIn(const std::string& manifest) {
    std::vector<std::string> images;
    std::istringstream lines(manifest);
    for (std::string line; std::getline(lines, line);) {
        auto text = trimmed(line);
        if (text.starts_with("- "))
            text = trimmed(text.substr(2));
        if (!text.starts_with("image:"))
            continue;
        if (const auto image = trimmed(text.substr(6)); std::ranges::find(images, image) == images.end())
            images.push_back(image);
    }
    return images;
}

std::vector<Addon> listAddons(const fs::path& folder) {
    std::vector<Addon> addons;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const auto text = base::readFile(entry.path());
        if (!text || entry.path().extension() != ".yaml")
            continue;
        const auto firstLine = text->substr(0, text->find('\n'));
        addons.push_back({.name = entry.path().stem().string(),
                          .summary = firstLine.starts_with('#') ? trimmed(firstLine.substr(1)) : "",
                          .images = imagesIn(*text),
                          .manifest = entry.path()});
    }
    std::ranges::sort(addons, {}, &Addon::name);
    return addons;
}

Result<Addon> findAddon(const fs::path& folder, const std::string& name) {
    std::string known;
    for (const auto& addon : listAddons(folder)) {
        if (addon.name == name)
            return addon;
        known += (known.empty() ? "" : ", ") + addon.name;
    }
    return failure(DriverErrc::notFound, "there is no add-on \"" + name + "\"; there are: " + known);
}

} // namespace slipway::vmdriver
