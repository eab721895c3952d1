#include "cluster/api/cel/tokens.h"

#include <array>
#include <charconv>
#include <format>

namespace slipway::api::cel {
namespace {

constexpr std::size_t mostTokens = 4096; // the tree is walked by recursion

bool isNameStart(unsigned char c) {
    return std::isalpha(c) || c == '_';
}

std::unexpected<std::string> problem(std::size_t at, std::string_view why) {
    return std::unexpected(std::format("Syntax error at {}: {}", at, why));
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::expected<std::vector<Token>, std::string> read() {
        std::vector<Token> tokens;
        for (;;) {
            skipSpace();
            if (at_ == text_.size()) {
                tokens.push_back({TokenKind::end, "", Json(), at_});
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

    std::expected<Token, std::string> next() {
        const char c = peek();
        const bool raw = (c == 'r' || c == 'R' || c == 'b' || c == 'B') && (peek(1) == '"' || peek(1) == '\'');
        if (raw || c == '"' || c == '\'') {
            at_ += raw ? 1 : 0;
            return readText(raw && (c == 'r' || c == 'R'));
        }
        if (isNameStart(static_cast<unsigned char>(c)))
            return readName();
        if (std::isdigit(static_cast<unsigned char>(c)) ||
            (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1)))))
            return readNumber();
        return readSign();
    }

    Token readName() {
        const std::size_t start = at_;
        while (isNameStart(static_cast<unsigned char>(peek())) || std::isdigit(static_cast<unsigned char>(peek())))
            ++at_;
        return {TokenKind::name, std::string(text_.substr(start, at_ - start)), Json(), start};
    }

    std::expected<Token, std::string> readNumber() {
        const std::size_t start = at_;
        const char *first = text_.data() + at_, *last = text_.data() + text_.size();
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
            std::int64_t number = 0;
            const auto [end, error] = std::from_chars(first + 2, last, number, 16);
            if (error != std::errc())
                return problem(start, "not a number");
            at_ += static_cast<std::size_t>(end - first);
            return Token{TokenKind::number, "", Json(number), start};
        }
        double real = 0;
        const auto [end, error] = std::from_chars(first, last, real);
        if (error != std::errc())
            return problem(start, "not a number");
        at_ += static_cast<std::size_t>(end - first);
        const std::string_view digits = text_.substr(start, at_ - start);
        std::int64_t whole = 0;
        const auto [wholeEnd, wholeError] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        const bool isWhole = wholeError == std::errc() && wholeEnd == digits.data() + digits.size();
        if (peek() == 'u' || peek() == 'U')
            ++at_;
        return Token{TokenKind::number, "", isWhole ? Json(whole) : Json(real), start};
    }

    std::expected<Token, std::string> readText(bool raw) {
        const std::size_t start = at_;
        const char quote = peek();
        const bool triple = peek(1) == quote && peek(2) == quote;
        const std::string close(triple ? 3 : 1, quote);
        at_ += close.size();
        std::string value;
        while (!text_.substr(at_).starts_with(close)) {
            if (at_ >= text_.size())
                return problem(start, "the text does not end");
            if (peek() != '\\' || raw) {
                value += text_[at_++];
                continue;
            }
            static constexpr std::string_view from = "nrtabfv\\'\"`?", to = "\n\r\t\a\b\f\v\\'\"`?";
            const std::size_t known = from.find(peek(1));
            if (known == from.npos)
                return problem(at_, "unknown escape");
            value += to[known];
            at_ += 2;
        }
        at_ += close.size();
        return Token{TokenKind::text, "", Json(value), start};
    }

    std::expected<Token, std::string> readSign() {
        static constexpr std::array<std::string_view, 22> signs{"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                                                "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                                                ".",  ",",  "(",  ")",  "[",  "]"};
        for (std::string_view sign : signs)
            if (text_.substr(at_).starts_with(sign)) {
                at_ += sign.size();
                return Token{TokenKind::sign, std::string(sign), Json(), at_ - sign.size()};
            }
        if (peek() == '{' || peek() == '}') {
            ++at_;
            return Token{TokenKind::sign, std::string(1, text_[at_ - 1]), Json(), at_ - 1};
        }
        return problem(at_, std::format("token recognition error at: '{}'", peek()));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::expected<std::vector<Token>, std::string> tokenize(std::string_view text) {
    return Reader(text).read();
}

} // namespace slipway::api::cel
