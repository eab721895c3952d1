#pragma once

#include "ui/logs/log_buffer.h"
#include "ui/session/session.h"

#include <QObject>
#include <QTimer>
#include <memory>

namespace slipway::ui {

/// One container's log, as asked for.
struct LogSource {
    QString ns, pod, container;
};

struct LogOptions {
    int tailLines = 500;   ///< below 0: from the beginning
    int sinceSeconds = 0;  ///< 0: no limit
    bool previous = false; ///< of the container's last run; does not follow
};

/// The path and query of a log request.
std::string logTarget(const LogSource& source, const LogOptions& options, bool follow);

/// Follows one container's log on a thread of its own and delivers lines in batches on the GUI thread. A broken
/// connection is opened again and continues after the last line. After destruction nothing is delivered.
class LogStream : public QObject {
    Q_OBJECT
public:
    LogStream(SessionPtr session, LogSource source, int index, LogOptions options, QObject* parent = nullptr);
    ~LogStream() override;

signals:
    void arrived(const std::vector<slipway::ui::LogLine>& lines);
    /// What the stream is doing now; @p broken when it is not delivering.
    void stateChanged(const QString& message, bool broken);

private:
    struct Shared;
    void deliver();
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::ui
