#include "cluster/api/cel/tokens.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <limits>

namespace slipway::api::cel {
namespace {

constexpr std::size_t mostTokens = 8192; // the tree is walked by recursion

bool isNameStart(unsigned char c) {
    return std::isalpha(c) || c == '_';
}
bool isNamePart(unsigned char c) {
    return isNameStart(c) || std::isdigit(c);
}

std::unexpected<Problem> problem(std::size_t at, std::string why) {
    return std::unexpected(Problem{at, "Syntax error: " + std::move(why)});
}

void appendUtf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::expected<std::vector<Token>, Problem> read() {
        std::vector<Token> tokens;
        for (;;) {
            skipSpace();
            if (at_ == text_.size()) {
                tokens.push_back({TokenKind::end, "<EOF>", {}, at_});
                return tokens;
            }
            auto token = next();
            if (!token)
                return std::unexpected(token.error());
            tokens.push_back(std::move(*token));
            if (tokens.size() > mostTokens)
                return problem(at_, "the expression is too long");
        }
    }

private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    std::string written(std::size_t start) const { return std::string(text_.substr(start, at_ - start)); }

    void skipSpace() {
        while (at_ < text_.size()) {
            if (std::isspace(static_cast<unsigned char>(peek())))
                ++at_;
            else if (text_.substr(at_).starts_with("//"))
                at_ = std::min(text_.find('\n', at_), text_.size());
            else
                return;
        }
    }

    std::expected<Token, Problem> next() {
        std::size_t prefix = 0; // b, r and their pairs before a quote
        while (prefix < 2 && std::string_view("rRbB").contains(peek(prefix)) && peek(prefix) != '\0')
            ++prefix;
        if (peek(prefix) == '"' || peek(prefix) == '\'')
            return readText(prefix);
        if (isNameStart(static_cast<unsigned char>(peek())))
            return readName();
        if (peek() == '`')
            return readQuotedName();
        if (std::isdigit(static_cast<unsigned char>(peek())) ||
            (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1)))))
            return readNumber();
        return readSign();
    }

    Token readName() {
        const std::size_t start = at_;
        while (isNamePart(static_cast<unsigned char>(peek())))
            ++at_;
        return {TokenKind::name, written(start), {}, start};
    }

    std::expected<Token, Problem> readQuotedName() {
        const std::size_t start = at_, end = text_.find('`', at_ + 1);
        if (end == text_.npos || end == at_ + 1)
            return problem(start, "token recognition error at: '`'");
        at_ = end + 1;
        return Token{TokenKind::quotedName, std::string(text_.substr(start + 1, end - start - 1)), {}, start};
    }

    template <class Number> std::optional<Number> whole(std::string_view digits, int base) const {
        Number number{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
        return error == std::errc() && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
    }

    std::expected<Token, Problem> readNumber() {
        const std::size_t start = at_;
        const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
        at_ += hex ? 2 : 0;
        const std::size_t first = at_;
        bool real = false;
        while (hex ? std::isxdigit(static_cast<unsigned char>(peek())) != 0
                   : std::isdigit(static_cast<unsigned char>(peek())) != 0)
            ++at_;
        if (!hex && peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1)))) {
            real = true;
            for (++at_; std::isdigit(static_cast<unsigned char>(peek()));)
                ++at_;
        }
        if (!hex && (peek() == 'e' || peek() == 'E')) {
            const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
            if (std::isdigit(static_cast<unsigned char>(peek(sign)))) {
                real = true;
                for (at_ += sign; std::isdigit(static_cast<unsigned char>(peek()));)
                    ++at_;
            }
        }
        const std::string_view digits = text_.substr(first, at_ - first);
        if (real) {
            double number = 0;
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
            return Token{TokenKind::literal, written(start), number, start};
        }
        if (peek() == 'u' || peek() == 'U') {
            ++at_;
            const auto number = whole<std::uint64_t>(digits, hex ? 16 : 10);
            return number ? std::expected<Token, Problem>(Token{TokenKind::literal, written(start), *number, start})
                          : std::unexpected(Problem{start, "invalid uint literal"});
        }
        // The one number whose digits alone are too large stands behind a minus.
        if (digits == "9223372036854775808" || (hex && digits == "8000000000000000"))
            return Token{TokenKind::literal, written(start), std::numeric_limits<std::int64_t>::min(), start};
        const auto number = whole<std::int64_t>(digits, hex ? 16 : 10);
        return number ? std::expected<Token, Problem>(Token{TokenKind::literal, written(start), *number, start})
                      : std::unexpected(Problem{start, "invalid int literal"});
    }

    /// A code point written in digits, behind the letter of its escape.
    bool readCode(std::size_t count, int base, bool bytes, std::string& value) {
        std::uint32_t code = 0;
        const char* const first = text_.data() + at_;
        if (at_ + count > text_.size())
            return false;
        const auto [end, error] = std::from_chars(first, first + count, code, base);
        if (error != std::errc() || end != first + count || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        at_ += count;
        if (bytes)
            value += static_cast<char>(code);
        else
            appendUtf8(value, code);
        return !bytes || code < 256;
    }

    bool readEscape(bool bytes, std::string& value) {
        static constexpr std::string_view from = "nrtabfv\\'\"`?", to = "\n\r\t\a\b\f\v\\'\"`?";
        const char letter = peek(1);
        const std::size_t known = from.find(letter);
        if (letter != '\0' && known != from.npos) {
            value += to[known];
            at_ += 2;
            return true;
        }
        at_ += letter >= '0' && letter <= '3' ? 1 : 2;
        if (letter == 'x' || letter == 'X')
            return readCode(2, 16, bytes, value);
        if (letter == 'u' && !bytes)
            return readCode(4, 16, false, value);
        if (letter == 'U' && !bytes)
            return readCode(8, 16, false, value);
        return letter >= '0' && letter <= '3' && readCode(3, 8, bytes, value);
    }

    std::expected<Token, Problem> readText(std::size_t prefix) {
        const std::size_t start = at_;
        const std::string_view marks = text_.substr(at_, prefix);
        const bool raw = marks.find_first_of("rR") != marks.npos, bytes = marks.find_first_of("bB") != marks.npos;
        at_ += prefix;
        const char quote = peek();
        const bool triple = peek(1) == quote && peek(2) == quote;
        const std::string close(triple ? 3 : 1, quote);
        at_ += close.size();
        std::string value;
        while (!text_.substr(at_).starts_with(close)) {
            if (at_ >= text_.size() || (!triple && (peek() == '\n' || peek() == '\r')))
                return problem(start,
                               std::format("token recognition error at: '{}'", text_.substr(start, at_ - start)));
            if (peek() != '\\' || raw)
                value += text_[at_++];
            else if (const std::size_t escape = at_; !readEscape(bytes, value))
                return problem(escape,
                               std::format("token recognition error at: '{}'", text_.substr(start, at_ - start)));
        }
        at_ += close.size();
        return Token{TokenKind::literal, written(start), bytes ? Value(Bytes{value}) : Value(std::move(value)), start};
    }

    std::expected<Token, Problem> readSign() {
        static constexpr std::array<std::string_view, 24> signs{"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                                                "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                                                ".",  ",",  "(",  ")",  "[",  "]",  "{", "}"};
        for (std::string_view sign : signs)
            if (text_.substr(at_).starts_with(sign)) {
                at_ += sign.size();
                return Token{TokenKind::sign, std::string(sign), {}, at_ - sign.size()};
            }
        return problem(at_, std::format("token recognition error at: '{}'", peek()));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::expected<std::vector<Token>, Problem> tokenize(std::string_view text) {
    return Reader(text).read();
}

std::string describe(std::string_view text, const Problem& problem) {
    const std::size_t at = std::min(problem.at, text.size());
    const std::size_t before = at == 0 ? text.npos : text.rfind('\n', at - 1);
    const std::size_t start = before == text.npos ? 0 : before + 1;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    const auto column = static_cast<std::size_t>(characters(text.substr(start, at - start)));
    const std::string_view shown = text.substr(start, std::min(text.find('\n', start), text.size()) - start);
    return std::format("ERROR: <input>:{}:{}: {}\n | {}\n | {}^", line, column + 1, problem.message, shown,
                       std::string(column, '.'));
}

} // namespace slipway::api::cel
