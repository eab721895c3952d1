// Daemons that drivers need, started by tests with state, sockets and networks of their own.

#pragma once

#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace slipway::tests {

/// A daemon that lives as long as this object.
class TestDaemon {
public:
    virtual ~TestDaemon();
    /// What programs need in their environment to find it: NAME=VALUE.
    QString variable() const { return variable_; }
    /// Why it does not run; empty when it does.
    QString problem() const { return problem_; }

protected:
    TestDaemon() = default;
    void run(const QString& program, const QStringList& arguments, const QString& socket);

    QProcess process_;
    QString variable_, problem_;
};

/// dockerd with a data root, an exec root and a socket below `folder`; no default bridge.
std::unique_ptr<TestDaemon> startDockerd(const QString& folder);

/// libvirtd with a socket below `folder`. /dev/kvm is hidden from it: hosts that offer KVM and do not let machines run
/// would hang its first look at QEMU.
std::unique_ptr<TestDaemon> startLibvirtd(const QString& folder);

} // namespace slipway::tests
