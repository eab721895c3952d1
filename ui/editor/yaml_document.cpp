#include "ui/editor/yaml_document.h"

#include <charconv>
#include <cmath>
#include <set>
#include <yaml-cpp/yaml.h>

namespace slipway::ui {
namespace {

using api::Json;

struct Failure {
    YamlError error;
};

[[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) {
    throw Failure{{mark.is_null() ? 0 : mark.line + 1, QString::fromStdString(message)}};
}

/// A whole text as a number of type T.
template <class T> bool number(std::string_view text, T& out, int base = 10) {
    std::from_chars_result done;
    if constexpr (std::is_floating_point_v<T>)
        done = std::from_chars(text.data(), text.data() + text.size(), out);
    else
        done = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return done.ec == std::errc() && done.ptr == text.data() + text.size();
}

/// A plain scalar by the core schema.
Json plainScalar(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
        return nullptr;
    if (text == "true" || text == "True" || text == "TRUE")
        return true;
    if (text == "false" || text == "False" || text == "FALSE")
        return false;
    std::string_view digits = text;
    if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-')
        digits.remove_prefix(1);
    std::int64_t whole = 0;
    if (digits.starts_with("0x") && number(digits.substr(2), whole, 16))
        return whole;
    if (digits.starts_with("0o") && number(digits.substr(2), whole, 8))
        return whole;
    if (number(digits, whole))
        return whole;
    double real = 0;
    const bool begins = !digits.empty() &&
                        (std::isdigit(static_cast<unsigned char>(digits[0])) || digits[0] == '-' || digits[0] == '.');
    const bool hasDigit = digits.find_first_of("0123456789") != std::string_view::npos;
    if (begins && hasDigit && number(digits, real) && std::isfinite(real))
        return real;
    return Json(text);
}

class Converter {
public:
    explicit Converter(YamlDocument& document) : document_(document) {}

    Json convert(const YAML::Node& node, const std::string& path) {
        document_.lines.emplace(path, node.Mark().line + 1);
        if (++depth_ > 100)
            fail(node.Mark(), "nested too deeply");
        Json made = convertInner(node, path);
        --depth_;
        return made;
    }

private:
    Json convertInner(const YAML::Node& node, const std::string& path) {
        if (++nodes_ > 400'000) // aliases can multiply a small file into a huge one
            fail(node.Mark(), "the document is too large");
        if (node.IsScalar())
            return node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str" || node.Tag() == "!!str"
                       ? Json(node.Scalar())
                       : plainScalar(node.Scalar());
        if (node.IsSequence()) {
            api::JsonArray array;
            for (std::size_t i = 0; i < node.size(); ++i)
                array.push_back(convert(node[i], path + "[" + std::to_string(i) + "]"));
            return array;
        }
        if (node.IsMap())
            return convertMap(node, path);
        return nullptr;
    }

    Json convertMap(const YAML::Node& node, const std::string& path) {
        api::JsonObject object;
        for (const auto& member : node) {
            if (!member.first.IsScalar())
                fail(member.first.Mark(), "a key must be a word");
            const std::string& key = member.first.Scalar();
            if (object.contains(key))
                fail(member.first.Mark(), "the key \"" + key + "\" is there twice");
            const std::string below = path.empty() ? key : path + "." + key;
            object.emplace(key, convert(member.second, below));
            document_.lines[below] = member.first.Mark().line + 1;
        }
        return object;
    }

    YamlDocument& document_;
    int depth_ = 0;
    std::size_t nodes_ = 0;
};

} // namespace

int YamlDocument::lineOf(std::string_view path) const {
    std::string at(path);
    for (;;) {
        if (const auto found = lines.find(at); found != lines.end())
            return found->second;
        const auto cut = at.find_last_of(".[");
        if (cut == std::string::npos)
            return line;
        at.resize(cut);
    }
}

std::expected<std::vector<YamlDocument>, YamlError> parseYaml(std::string_view text) {
    try {
        std::vector<YamlDocument> documents;
        for (const YAML::Node& node : YAML::LoadAll(std::string(text))) {
            if (!node.IsDefined() || node.IsNull())
                continue;
            if (!node.IsMap())
                fail(node.Mark(), "a document must be an object with apiVersion and kind");
            YamlDocument document;
            document.line = node.Mark().line + 1;
            document.object = Converter(document).convert(node, "").as_object();
            documents.push_back(std::move(document));
        }
        return documents;
    } catch (const Failure& failure) {
        return std::unexpected(failure.error);
    } catch (const YAML::Exception& error) {
        return std::unexpected(
            YamlError{error.mark.is_null() ? 0 : error.mark.line + 1, QString::fromStdString(error.msg)});
    }
}

} // namespace slipway::ui
