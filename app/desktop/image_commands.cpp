// image load|list|remove
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <iostream>

#include "app/desktop/interrupt_guard.h"
#include "app/desktop/progress_printer.h"

namespace slipway::desktop {

namespace json = boost::json;

int loadImages(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto loaded = lifecycle.loadImages(options.cluster, {options.words.begin(), options.words.end()},
                                             printer.sink(), interrupt.token());
    return loaded ? 0 : complain(loaded.error());
}

int listImages(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto images = lifecycle.images(options.cluster);
    if (!images)
        return complain(images.error());
    if (options.json)
        std::cout << json::serialize(json::array(images->begin(), images->end())) << '\n';
    else
        for (const auto& image : *images)
            std::cout << image << '\n';
    return 0;
}

int removeImages(ClusterLifecycle& lifecycle, const Options& options) {
    const auto removed = lifecycle.removeImages(options.cluster, options.words);
    return removed ? 0 : complain(removed.error());
}

} // namespace slipway::desktop
