#include "cluster/api/json_member.h"

namespace slipway::api {
namespace {

constexpr int deepestMember = 100;

/// Passes over a JSON text from left to right. Every step returns false where the text is not as it should be.
class Passage {
public:
    explicit Passage(std::string_view text) : text_(text) {}

    std::size_t at() const { return at_; }

    char peek() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c)
            return false;
        ++at_;
        return true;
    }
    /// The raw text between quotes.
    bool string(std::string_view& between) {
        if (!take('"'))
            return false;
        const std::size_t begin = at_;
        for (;;) {
            while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\')
                ++at_;
            if (at_ >= text_.size())
                return false;
            if (text_[at_] == '"')
                break;
            at_ += 2;
        }
        between = text_.substr(begin, at_ - begin);
        ++at_;
        return true;
    }
    /// Any value.
    bool value() {
        std::string_view ignored;
        int depth = 0;
        do {
            const char c = peek();
            if (c == '"') {
                if (!string(ignored))
                    return false;
            } else if (c == '{' || c == '[') {
                ++at_;
                if (++depth > deepestMember)
                    return false;
            } else if (c == '}' || c == ']') {
                ++at_;
                if (--depth < 0)
                    return false;
            } else if (c == ',' || c == ':') {
                if (depth == 0)
                    return false;
                ++at_;
            } else {
                at_ = text_.find_first_of(",:}] \n\t", at_);
                if (c == '\0' || at_ == text_.npos)
                    return c != '\0' && depth == 0;
            }
        } while (depth > 0);
        return true;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// Goes to the value of a member of the object that comes. @p begin: where the member begins; @p first: it is the
/// first.
bool enter(Passage& passage, std::string_view name, std::size_t& begin, bool& first) {
    first = true;
    if (!passage.take('{'))
        return false;
    do {
        begin = passage.at();
        std::string_view found;
        if (!passage.string(found) || !passage.take(':'))
            return false;
        if (found == name)
            return true;
        first = false;
        if (!passage.value())
            return false;
    } while (passage.take(','));
    return false;
}

} // namespace

std::string withoutMember(std::string_view text, std::initializer_list<std::string_view> path) {
    Passage passage(text);
    std::size_t begin = 0;
    bool first = true;
    for (const std::string_view name : path)
        if (!enter(passage, name, begin, first))
            return std::string(text);
    if (!passage.value())
        return std::string(text);
    std::size_t end = passage.at();
    if (!first)
        --begin; // the comma before it
    else if (passage.take(','))
        end = passage.at();
    std::string rest;
    rest.reserve(text.size() - (end - begin));
    return rest.append(text.substr(0, begin)).append(text.substr(end));
}

} // namespace slipway::api
