#include "cluster/api/json_duplicates.h"

#include <algorithm>
#include <format>
#include <functional>
#include <map>
#include <set>

namespace slipway::api {
namespace {

constexpr std::size_t mostFindings = 100;
constexpr int deepestSearch = 100;

/// Walks a JSON text without building values. Every member is shown, with its path and whether its object had it
/// before.
class MemberScan {
public:
    using Visitor = std::function<void(const std::string& path, bool again)>;
    MemberScan(std::string_view text, Visitor visit) : text_(text), visit_(std::move(visit)) {}

    void run() { value(0); }

private:
    char peek() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    /// The raw text between quotes; names with escapes are compared as they are written.
    std::string_view string() {
        const std::size_t start = ++at_;
        while (at_ < text_.size() && text_[at_] != '"')
            at_ += text_[at_] == '\\' ? 2 : 1;
        const std::size_t end = std::min(at_, text_.size());
        ++at_;
        return text_.substr(start, end - start);
    }

    bool value(int depth) {
        const char c = peek();
        if (depth > deepestSearch || c == '\0')
            return false;
        if (c == '{')
            return object(depth);
        if (c == '[')
            return array(depth);
        if (c == '"') {
            string();
            return true;
        }
        while (at_ < text_.size() && !std::string_view(",]} \n\t\r").contains(text_[at_]))
            ++at_;
        return true;
    }

    bool object(int depth) {
        std::vector<std::string_view> names; // objects are small; large ones are looked up in a set
        std::set<std::string_view> many;
        ++at_;
        while (peek() == '"') {
            const std::string_view name = string();
            bool again = false;
            if (names.size() < 32) {
                again = std::ranges::find(names, name) != names.end();
                names.push_back(name);
            } else {
                if (many.empty())
                    many.insert(names.begin(), names.end());
                again = !many.insert(name).second;
            }
            const std::size_t length = path_.size();
            if (!path_.empty())
                path_ += '.';
            path_ += name;
            visit_(path_, again);
            if (peek() != ':')
                return false;
            ++at_;
            if (!value(depth + 1))
                return false;
            path_.resize(length);
            if (peek() == ',')
                ++at_;
        }
        if (peek() != '}')
            return false;
        ++at_;
        return true;
    }

    bool array(int depth) {
        ++at_;
        for (std::size_t index = 0; peek() != ']'; ++index) {
            const std::size_t length = path_.size();
            path_ += std::format("[{}]", index);
            if (!value(depth + 1))
                return false;
            path_.resize(length);
            if (peek() == ',')
                ++at_;
        }
        ++at_;
        return true;
    }

    std::string_view text_;
    Visitor visit_;
    std::size_t at_ = 0;
    std::string path_;
};

} // namespace

std::vector<std::string> duplicateMembers(std::string_view json) {
    std::vector<std::string> found;
    MemberScan(json, [&](const std::string& path, bool again) {
        if (again && found.size() < mostFindings && std::ranges::find(found, path) == found.end())
            found.push_back(path);
    }).run();
    return found;
}

void orderAsWritten(std::string_view json, std::vector<std::string>& paths) {
    std::map<std::string, std::size_t> places;
    for (const std::string& path : paths)
        places.emplace(path, std::string::npos);
    std::size_t place = 0;
    MemberScan(json, [&](const std::string& path, bool) {
        if (const auto wanted = places.find(path); wanted != places.end())
            wanted->second = place;
        ++place;
    }).run();
    std::ranges::stable_sort(paths, {}, [&](const std::string& path) { return places[path]; });
}

} // namespace slipway::api
