#pragma once

#include "ui/session/session.h"

#include <QByteArray>
#include <QObject>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ui {

/// What the error channel of an exec said at the end.
struct ExecResult {
    std::optional<int> exitCode; ///< nothing when it did not run to its end
    QString message;
};

/// Reads the metav1.Status the server sends on channel 3 (KEP-4006, v4 and v5).
ExecResult readExecStatus(std::string_view json);

/// The path and query of an exec request with a terminal.
std::string execTarget(const QString& ns, const QString& pod, const QString& container,
                       const std::vector<std::string>& command);

/// The same for the container's own process.
std::string attachTarget(const QString& ns, const QString& pod, const QString& container);

/// The command that starts the best shell a container has: bash, else sh.
std::vector<std::string> shellCommand();

/// A command running in a container with a terminal. Output is written to a file descriptor by the session's own
/// thread; input and sizes are queued. Lives on the GUI thread; after destruction nothing is delivered and written.
class ExecSession : public QObject {
    Q_OBJECT
public:
    /// @p output is duplicated. @p target as execTarget() makes it.
    ExecSession(SessionPtr session, std::string target, int output, QObject* parent = nullptr);
    ~ExecSession() override;

    void start();
    /// Sends keystrokes.
    void send(const QByteArray& bytes);
    /// Tells the size; only the newest waiting size is sent.
    void resize(int columns, int lines);

signals:
    void opened();
    void ended(const slipway::ui::ExecResult& result);

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::ui
