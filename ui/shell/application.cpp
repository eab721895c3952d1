#include "ui/shell/application.h"

#include "cluster/client/kubeconfig.h"
#include "ui/look/look.h"
#include "ui/session/background.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QMenu>
#include <QPointer>
#include <QStyleHints>
#include <QSystemTrayIcon>
#include <memory>

/// Resources of a static library have to be asked for, outside of any namespace.
static void registerResources() {
    Q_INIT_RESOURCE(window);
    Q_INIT_RESOURCE(translations);
}

namespace slipway::ui {
namespace {

/// Owns the windows, and the icon in the tray that stands for them.
class Windows : public QObject {
    Q_DECLARE_TR_FUNCTIONS(Windows)
public:
    explicit Windows(QString cluster) : cluster_(std::move(cluster)) {
        connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, [] {
            if (Settings::theme() == ThemeChoice::system)
                applyTheme(*qApp, ThemeChoice::system);
        });
        if (QSystemTrayIcon::isSystemTrayAvailable())
            makeTray();
    }

    MainWindow& show(const SessionPtr& session = nullptr) {
        auto* window = new MainWindow(cluster_, session);
        window->setAttribute(Qt::WA_DeleteOnClose);
        connect(window, &MainWindow::newWindowRequested, this, [this](const SessionPtr& with) { show(with); });
        connect(window, &MainWindow::notable, this,
                [this, window](const QString& title, const QString& words, bool bad) {
                    if (tray_ && Settings::notifications() && !window->isActiveWindow())
                        tray_->showMessage(title, words, bad ? QSystemTrayIcon::Warning : QSystemTrayIcon::Information);
                });
        windows_ << window;
        window->show();
        return *window;
    }

private:
    void makeTray() {
        tray_ = std::make_unique<QSystemTrayIcon>(QGuiApplication::windowIcon());
        menu_ = std::make_unique<QMenu>();
        QAction* open = menu_->addAction(QString());
        QAction* quit = menu_->addAction(QString());
        connect(open, &QAction::triggered, this, &Windows::raise);
        connect(quit, &QAction::triggered, qApp, &QCoreApplication::quit);
        connect(tray_.get(), &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
            if (reason == QSystemTrayIcon::Trigger)
                raise();
        });
        keepLook(this, [open, quit] {
            open->setText(tr("Show Slipway"));
            quit->setText(tr("Quit"));
        });
        tray_->setContextMenu(menu_.get());
        tray_->setToolTip(QStringLiteral("Slipway"));
        tray_->show();
        connect(qApp, &QGuiApplication::lastWindowClosed, this,
                [] { QGuiApplication::setQuitOnLastWindowClosed(!Settings::staysInTray()); });
        QGuiApplication::setQuitOnLastWindowClosed(!Settings::staysInTray());
    }

    void raise() {
        windows_.removeIf([](const QPointer<MainWindow>& window) { return window.isNull(); });
        if (windows_.isEmpty())
            show();
        for (const QPointer<MainWindow>& window : std::as_const(windows_)) {
            window->showNormal();
            window->raise();
            window->activateWindow();
        }
    }

    QString cluster_;
    QList<QPointer<MainWindow>> windows_;
    std::unique_ptr<QMenu> menu_;
    std::unique_ptr<QSystemTrayIcon> tray_;
};

} // namespace

void prepareApplication() {
    registerResources();
    QCoreApplication::setOrganizationName(QStringLiteral("slipway"));
    QCoreApplication::setApplicationName(QStringLiteral("slipway"));
    QGuiApplication::setDesktopFileName(QStringLiteral("slipway"));
    QGuiApplication::setWindowIcon(icon(QStringLiteral("slipway")));
    QFont font = QApplication::font();
    font.setPointSizeF(Settings::fontSize());
    QApplication::setFont(font);
    installLanguage();
    applyTheme(*qApp, Settings::theme());
    qRegisterMetaType<vmdriver::Progress>();
}

int runWindow(int argc, char** argv) {
    QApplication application(argc, argv);
    prepareApplication();
    QCommandLineParser arguments;
    const QCommandLineOption cluster(QStringLiteral("cluster"), {}, QStringLiteral("name"), QStringLiteral("slipway"));
    const QCommandLineOption context(QStringLiteral("context"), {}, QStringLiteral("name"));
    const QCommandLineOption start(QStringLiteral("start"));
    arguments.addOptions({cluster, context, start});
    arguments.parse(QCoreApplication::arguments());
    Windows windows(arguments.value(cluster));
    MainWindow& window = windows.show();
    if (arguments.isSet(context)) {
        window.openContext(arguments.value(context), QString::fromStdString(client::defaultKubeconfigPath().string()));
    } else if (arguments.isSet(start) || argc <= 1) { // opened plainly: the cluster is what it is opened for
        window.startPage().startButton().click();
    }
    const int code = QApplication::exec();
    requestPool().waitForDone(1500); // what is under way ends in order, unless the network holds it
    return code;
}

} // namespace slipway::ui
