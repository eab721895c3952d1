// Running other programs from tests, with an environment of the test's own.

#pragma once

#include <QByteArray>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>

#include <memory>

namespace slipway::tests {

/// How a program ended. The exit code is -1 when it could not start, crashed or ran out of time.
struct Outcome {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

/// Runs programs found in PATH (or by full path) with one environment. For one thread.
class ProgramRunner {
public:
    explicit ProgramRunner(QProcessEnvironment environment) : environment_(std::move(environment)) {}

    /// Runs a command line (split at spaces; double quotes keep words together) to its end, with `input` and then the
    /// end of file as its standard input.
    Outcome run(const QString& commandLine, const QByteArray& input = {}, int timeoutMs = 60000) const;

    /// Starts a command line and leaves its standard input open. It is killed when the result goes out of scope.
    std::unique_ptr<QProcess> start(const QString& commandLine) const;

    /// Waits until a started program ends; kills it when that takes too long.
    static Outcome finish(QProcess& process, int timeoutMs = 60000);

private:
    QProcessEnvironment environment_;
};

} // namespace slipway::tests
