#pragma once

#include <memory>
#include <string>

namespace slipway::api::custom {

class Pattern {
public:
    /// Null when the text is no regular expression.
    static std::shared_ptr<const Pattern> compile(const std::string& text);
    ~Pattern();

    /// Whether the expression is found anywhere in the text.
    bool matches(std::string_view text) const;

private:
    struct Compiled;
    explicit Pattern(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

} // namespace slipway::api::custom
