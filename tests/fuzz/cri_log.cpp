#include "cluster/agent/pod/log_reader.h"

#include <cstdlib>

/// A line is refused, or its parts lie inside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto entry = slipway::agent::parseLogLine(line);
    if (entry && entry->text.size() + entry->stream.size() + entry->timeText.size() > line.size())
        std::abort();
    return 0;
}
