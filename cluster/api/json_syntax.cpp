#include "cluster/api/json_syntax.h"

#include <format>

namespace slipway::api {
namespace {

constexpr int deepest = 10'000; // encoding/json's own bound

struct SyntaxProblem {
    std::string message;
};

/// Walks a JSON text as encoding/json's scanner does and stops at the first byte that cannot stand there.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    void document() {
        value(0);
        space();
        if (at_ < text_.size())
            refuse("after top-level value");
    }

private:
    void space() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
            ++at_;
    }

    char peek() const {
        if (at_ >= text_.size())
            throw SyntaxProblem{"unexpected end of JSON input"};
        return text_[at_];
    }

    [[noreturn]] void refuse(std::string_view where) const {
        const char c = peek();
        const std::string shown = c == '\''   ? "'\\''"
                                  : c == '"'  ? "'\"'"
                                  : c == '\\' ? "'\\\\'"
                                  : c == '\n' ? "'\\n'"
                                  : c == '\t' ? "'\\t'"
                                  : c == '\r' ? "'\\r'"
                                  : static_cast<unsigned char>(c) < 0x20
                                      ? std::format("'\\x{:02x}'", static_cast<unsigned char>(c))
                                  : static_cast<unsigned char>(c) >= 0x80 ? latin(static_cast<unsigned char>(c))
                                                                          : std::format("'{}'", c);
        throw SyntaxProblem{std::format("invalid character {} {}", shown, where)};
    }

    /// Go shows a single byte above ASCII as the Latin-1 character of that number.
    static std::string latin(unsigned char c) {
        return c < 0xa0
                   ? std::format("'\\u{:04x}'", c)
                   : std::format("'{}{}'", static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3f)));
    }

    void value(int depth) {
        if (depth > deepest)
            throw SyntaxProblem{"exceeded max depth"};
        space();
        switch (peek()) {
        case '{':
            return object(depth);
        case '[':
            return array(depth);
        case '"':
            return string();
        case 't':
            return word("true");
        case 'f':
            return word("false");
        case 'n':
            return word("null");
        default:
            if (peek() == '-' || (peek() >= '0' && peek() <= '9'))
                return number();
            refuse("looking for beginning of value");
        }
    }

    void object(int depth) {
        ++at_;
        space();
        if (peek() == '}') {
            ++at_;
            return;
        }
        for (;;) {
            space();
            if (peek() != '"')
                refuse("looking for beginning of object key string");
            string();
            space();
            if (peek() != ':')
                refuse("after object key");
            ++at_;
            value(depth + 1);
            space();
            if (peek() == '}')
                break;
            if (peek() != ',')
                refuse("after object key:value pair");
            ++at_;
        }
        ++at_;
    }

    void array(int depth) {
        ++at_;
        space();
        if (peek() == ']') {
            ++at_;
            return;
        }
        for (;;) {
            value(depth + 1);
            space();
            if (peek() == ']')
                break;
            if (peek() != ',')
                refuse("after array element");
            ++at_;
        }
        ++at_;
    }

    void string() {
        for (++at_; peek() != '"'; ++at_) {
            if (static_cast<unsigned char>(peek()) < 0x20)
                refuse("in string literal");
            if (peek() != '\\')
                continue;
            ++at_;
            if (peek() == 'u')
                for (int i = 0; i < 4; ++i) {
                    ++at_;
                    if (!std::string_view("0123456789abcdefABCDEF").contains(peek()))
                        refuse("in \\u hexadecimal character escape");
                }
            else if (!std::string_view("bfnrt\\/\"").contains(peek()))
                refuse("in string escape code");
        }
        ++at_;
    }

    void word(std::string_view wanted) {
        for (char c : wanted) {
            if (peek() != c)
                refuse(std::format("in literal {} (expecting '{}')", wanted, c));
            ++at_;
        }
    }

    bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }

    void digits(std::string_view where) {
        if (peek(); !digit())
            refuse(where);
        while (digit())
            ++at_;
    }

    void number() {
        if (peek() == '-')
            ++at_;
        if (peek() == '0')
            ++at_;
        else
            digits("in numeric literal");
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            digits("after decimal point in numeric literal");
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (peek() == '+' || peek() == '-')
                ++at_;
            digits("in exponent of numeric literal");
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::string jsonSyntaxProblem(std::string_view text) {
    try {
        Scanner(text).document();
        return {};
    } catch (SyntaxProblem& problem) {
        return std::move(problem.message);
    }
}

} // namespace slipway::api
