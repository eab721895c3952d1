#pragma once
// The context in which the command line's texts are translated.

#include <QCoreApplication>

namespace slipway::desktop {

/// CommandLine::tr("...") is what the command line says to its user.
class CommandLine {
    Q_DECLARE_TR_FUNCTIONS(CommandLine)
};

} // namespace slipway::desktop
