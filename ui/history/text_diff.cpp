#include "ui/history/text_diff.h"

#include <git2.h>
#include <memory>

namespace slipway::ui {

std::vector<DiffLine> textDiff(const QString& before, const QString& after, int context) {
    std::vector<DiffLine> lines;
    if (before == after)
        return lines;
    static const bool ready = git_libgit2_init() > 0;
    Q_UNUSED(ready);
    const QByteArray a = before.toUtf8(), b = after.toUtf8();
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.context_lines = context < 0 ? 1'000'000 : static_cast<std::uint32_t>(context);
    options.flags = GIT_DIFF_FORCE_TEXT;
    git_patch* made = nullptr;
    if (git_patch_from_buffers(&made, a.constData(), static_cast<std::size_t>(a.size()), nullptr, b.constData(),
                               static_cast<std::size_t>(b.size()), nullptr, &options) != 0)
        return lines;
    const std::unique_ptr<git_patch, void (*)(git_patch*)> patch(made, git_patch_free);
    for (std::size_t hunk = 0; hunk < git_patch_num_hunks(made); ++hunk) {
        if (hunk > 0)
            lines.push_back({DiffLine::gap, 0, 0, {}});
        for (int i = 0; i < git_patch_num_lines_in_hunk(made, hunk); ++i) {
            const git_diff_line* line = nullptr;
            if (git_patch_get_line_in_hunk(&line, made, hunk, static_cast<std::size_t>(i)) != 0)
                continue;
            QString text = QString::fromUtf8(line->content, static_cast<qsizetype>(line->content_len));
            while (text.endsWith(QLatin1Char('\n')))
                text.chop(1);
            if (line->origin == GIT_DIFF_LINE_ADDITION)
                lines.push_back({DiffLine::added, 0, line->new_lineno, text});
            else if (line->origin == GIT_DIFF_LINE_DELETION)
                lines.push_back({DiffLine::removed, line->old_lineno, 0, text});
            else if (line->origin == GIT_DIFF_LINE_CONTEXT)
                lines.push_back({DiffLine::same, line->old_lineno, line->new_lineno, text});
        }
    }
    return lines;
}

} // namespace slipway::ui
