#include "tests/support/run_program.h"

namespace slipway::tests {

std::unique_ptr<QProcess> ProgramRunner::start(const QString& commandLine) const {
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment_);
    process->startCommand(commandLine);
    process->waitForStarted();
    return process;
}

Outcome ProgramRunner::finish(QProcess& process, int timeoutMs) {
    const bool ended = process.state() == QProcess::NotRunning || process.waitForFinished(timeoutMs);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }
    const bool normal =
        ended && process.error() != QProcess::FailedToStart && process.exitStatus() == QProcess::NormalExit;
    return {normal ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

Outcome ProgramRunner::run(const QString& commandLine, const QByteArray& input, int timeoutMs) const {
    const auto process = start(commandLine);
    process->write(input);
    process->closeWriteChannel();
    return finish(*process, timeoutMs);
}

} // namespace slipway::tests
