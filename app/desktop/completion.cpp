#include "app/desktop/completion.h"

#include <CLI/CLI.hpp>
#include <format>
#include <vector>

#include "app/desktop/command_tree.h"
#include "app/desktop/options.h"

namespace slipway::desktop {

namespace {

/// A place in the command line: the words that lead there, and what may follow.
struct Place {
    std::string path;                                       ///< "node add"
    std::vector<std::pair<std::string, std::string>> words; ///< word, description
};

std::string firstLine(std::string text) {
    std::erase(text, '\'');
    std::erase(text, '"');
    return text;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
    Place place{path, {}};
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        place.words.emplace_back(sub->get_name(), firstLine(sub->get_description()));
        collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), places);
    }
    for (const auto* option : app.get_options())
        if (!option->get_lnames().empty())
            place.words.emplace_back("--" + option->get_lnames().front(), firstLine(option->get_description()));
    places.push_back(std::move(place));
}

/// Which words follow the commands typed so far.
std::string caseTable(const std::vector<Place>& places) {
    std::string text = "  case \"$path\" in\n";
    for (const auto& place : places) {
        std::string words;
        for (const auto& [word, description] : place.words)
            words += (words.empty() ? "" : " ") + word;
        text += std::format("    '{}') words='{}' ;;\n", place.path, words);
    }
    return text + "  esac\n";
}

std::string bashScript(const std::vector<Place>& places) {
    return "_slipway() {\n"
           "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= words= i\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case ${COMP_WORDS[i]} in\n"
           "      --cluster) ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n"
           "    esac\n"
           "  done\n"
           "  if [ \"$prev\" = --cluster ]; then\n"
           "    words=$(slipway list 2>/dev/null | awk 'NR > 1 { print $1 }')\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "    return\n"
           "  fi\n" +
           caseTable(places) +
           "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "  [ -n \"$words\" ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
           "}\n"
           "complete -o default -F _slipway slipway\n";
}

/// zsh runs bash's completion functions through its own compatibility layer.
std::string zshScript(const std::vector<Place>& places) {
    return "#compdef slipway\nautoload -U +X bashcompinit && bashcompinit\n" + bashScript(places);
}

std::string fishScript(const std::vector<Place>& places) {
    std::string text =
        "complete -c slipway -f\n"
        "function __slipway_at\n"
        "  set -l path (commandline -opc)[2..] | string match -v -- '-*'\n"
        "  test \"$path\" = \"$argv\"\n"
        "end\n"
        "complete -c slipway -l cluster -x -a \"(slipway list 2>/dev/null | awk 'NR > 1 { print \\$1 }')\"\n";
    for (const auto& place : places)
        for (const auto& [word, description] : place.words)
            text += word.starts_with("--") ? std::format("complete -c slipway -n '__slipway_at {}' -l {} -d '{}'\n",
                                                         place.path, word.substr(2), description)
                                           : std::format("complete -c slipway -n '__slipway_at {}' -a {} -d '{}'\n",
                                                         place.path, word, description);
    return text;
}

} // namespace

std::string completionScript(const std::string& shell) {
    Options unused;
    const auto tree = makeCommandTree(unused);
    std::vector<Place> places;
    collect(*tree, "", places);
    if (shell == "bash")
        return bashScript(places);
    if (shell == "zsh")
        return zshScript(places);
    return shell == "fish" ? fishScript(places) : std::string();
}

} // namespace slipway::desktop
