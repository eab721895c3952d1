#include "ui/shell/application.h"

#include "cluster/client/kubeconfig.h"
#include "ui/session/background.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QStyleHints>
#include <memory>

/// Resources of a static library have to be asked for, outside of any namespace.
static void registerResources() {
    Q_INIT_RESOURCE(window);
    Q_INIT_RESOURCE(translations);
}

namespace slipway::ui {
namespace {

/// Owns the window and builds it anew when language or theme change.
class Assembly : public QObject {
public:
    explicit Assembly(QString cluster) : cluster_(std::move(cluster)) {
        connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, [this] {
            if (Settings::theme() == ThemeChoice::system)
                rebuild();
        });
    }

    MainWindow& show(SessionPtr session = nullptr, const QString& page = {}) {
        window_ = std::make_unique<MainWindow>(cluster_, std::move(session));
        connect(window_.get(), &MainWindow::rebuildRequested, this, &Assembly::rebuild, Qt::QueuedConnection);
        if (!page.isEmpty())
            window_->showPage(page);
        window_->show();
        return *window_;
    }

    MainWindow* window() const { return window_.get(); }

private:
    void rebuild() {
        Settings::setGeometry(window_->saveGeometry());
        const SessionPtr session = window_->session();
        const QString page = window_->currentPage();
        const std::unique_ptr<MainWindow> old = std::move(window_); // goes after the new one is shown
        installLanguage();
        applyTheme(*qApp, Settings::theme());
        show(session, page);
    }

    QString cluster_;
    std::unique_ptr<MainWindow> window_;
};

} // namespace

void prepareApplication() {
    registerResources();
    QCoreApplication::setOrganizationName(QStringLiteral("slipway"));
    QCoreApplication::setApplicationName(QStringLiteral("slipway"));
    QGuiApplication::setDesktopFileName(QStringLiteral("slipway"));
    QGuiApplication::setWindowIcon(icon(QStringLiteral("slipway")));
    QFont font = QApplication::font();
    font.setPointSizeF(10);
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
    Assembly assembly(arguments.value(cluster));
    MainWindow& window = assembly.show();
    if (arguments.isSet(context)) {
        auto open = [name = arguments.value(context)] {
            return openSession(QString::fromStdString(client::defaultKubeconfigPath().string()), name, false, {});
        };
        inBackground(&window, std::move(open), [&window](const client::Result<SessionPtr>& session) {
            if (session)
                window.open(*session);
            else
                window.startPage().showError(errorText(session.error()));
        });
    } else if (arguments.isSet(start) || argc <= 1) { // opened plainly: the cluster is what it is opened for
        window.startPage().startButton().click();
    }
    const int code = QApplication::exec();
    requestPool().waitForDone(1500); // what is under way ends in order, unless the network holds it
    return code;
}

} // namespace slipway::ui
