#include "ui/resources/quantities.h"

#include "cluster/api/quantity.h"
#include "ui/resources/row_readers.h"

namespace slipway::ui {

double quantityOf(std::string_view written) {
    const auto parsed = api::Quantity::parse(written);
    if (!parsed)
        return 0;
    const std::int64_t whole = parsed->value();
    return whole < 1'000'000'000 ? double(parsed->milli()) / 1000 : double(whole);
}

double quantityOf(const api::Json* value) {
    if (value == nullptr)
        return 0;
    return value->is_string() ? quantityOf(api::view(value->get_string())) : quantityOf(api::printJson(*value));
}

QString cpuText(double cores) {
    if (cores <= 0)
        return QStringLiteral("0");
    if (cores < 1)
        return QStringLiteral("%1m").arg(std::max(1.0, cores * 1000), 0, 'f', 0);
    return cores == static_cast<int>(cores) ? QString::number(static_cast<int>(cores))
                                            : QStringLiteral("%1").arg(cores, 0, 'f', 2);
}

QString memoryText(double bytes) {
    constexpr double kib = 1024, mib = kib * 1024, gib = mib * 1024;
    if (bytes >= gib)
        return QStringLiteral("%1 GiB").arg(bytes / gib, 0, 'f', 1);
    if (bytes >= mib)
        return QStringLiteral("%1 MiB").arg(bytes / mib, 0, 'f', bytes < 10 * mib ? 1 : 0);
    return QStringLiteral("%1 KiB").arg(bytes / kib, 0, 'f', 0);
}

ResourceBounds& ResourceBounds::operator+=(const ResourceBounds& other) {
    cpuRequest += other.cpuRequest;
    cpuLimit += other.cpuLimit;
    memoryRequest += other.memoryRequest;
    memoryLimit += other.memoryLimit;
    return *this;
}

ResourceBounds boundsOfContainer(const api::Json& container) {
    const auto at = [&container](const char* kind, const char* resource) {
        return quantityOf(api::find(container, {"resources", kind, resource}));
    };
    return {at("requests", "cpu"), at("limits", "cpu"), at("requests", "memory"), at("limits", "memory")};
}

ResourceBounds boundsOfPodSpec(const api::JsonObject& spec) {
    ResourceBounds sum;
    bool cpuLimited = true, memoryLimited = true;
    for (const api::Json& container : arrayAt(spec, {"containers"})) {
        const ResourceBounds bounds = boundsOfContainer(container);
        cpuLimited = cpuLimited && bounds.cpuLimit > 0;
        memoryLimited = memoryLimited && bounds.memoryLimit > 0;
        sum += bounds;
    }
    if (!cpuLimited)
        sum.cpuLimit = 0;
    if (!memoryLimited)
        sum.memoryLimit = 0;
    return sum;
}

} // namespace slipway::ui
