#include "cluster/api/custom/pattern.h"

#include "cluster/api/custom/custom_schema.h"

#include <re2/re2.h>

namespace slipway::api::custom {

struct Pattern::Compiled {
    re2::RE2 expression;
};

Pattern::Pattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;

std::shared_ptr<const Pattern> Pattern::compile(const std::string& text) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto compiled = std::unique_ptr<Compiled>(new Compiled{re2::RE2(text, options)});
    if (!compiled->expression.ok())
        return nullptr;
    return std::shared_ptr<const Pattern>(new Pattern(std::move(compiled)));
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(absl::string_view(text.data(), text.size()), compiled_->expression);
}

bool isPattern(const std::string& text) {
    return Pattern::compile(text) != nullptr;
}

} // namespace slipway::api::custom
