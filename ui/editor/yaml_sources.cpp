#include "ui/editor/yaml_sources.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

namespace slipway::ui {
namespace {

struct YamlSources {
    Q_DECLARE_TR_FUNCTIONS(YamlSources)
};

constexpr qint64 largest = 8 << 20;
constexpr std::size_t most = 500;

void readFile(const QString& path, const QString& name, GatheredYaml& into) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        into.problem = YamlSources::tr("%1 cannot be read: %2").arg(name, file.errorString());
    else if (file.size() > largest)
        into.problem = YamlSources::tr("%1 is too large.").arg(name);
    else
        into.sources.push_back({name, QString::fromUtf8(file.readAll())});
}

bool isKustomization(const QDir& folder) {
    for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"})
        if (folder.exists(QLatin1String(name)))
            return true;
    return false;
}

void buildKustomization(const QDir& folder, GatheredYaml& into) {
    QProcess kubectl;
    kubectl.start(QStringLiteral("kubectl"), {QStringLiteral("kustomize"), folder.absolutePath()});
    constexpr int patience = 60'000;
    if (!kubectl.waitForStarted()) {
        into.problem = YamlSources::tr("A kustomization needs kubectl, which is not installed.");
        return;
    }
    kubectl.waitForFinished(patience);
    if (kubectl.exitStatus() != QProcess::NormalExit || kubectl.exitCode() != 0)
        into.problem = QString::fromUtf8(kubectl.readAllStandardError()).trimmed();
    else
        into.sources.push_back({folder.dirName(), QString::fromUtf8(kubectl.readAllStandardOutput())});
}

void readFolder(const QDir& folder, GatheredYaml& into) {
    if (isKustomization(folder))
        return buildKustomization(folder, into);
    QStringList paths;
    QDirIterator it(folder.path(), {QStringLiteral("*.yaml"), QStringLiteral("*.yml"), QStringLiteral("*.json")},
                    QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        paths << it.next();
    paths.sort();
    if (paths.isEmpty())
        into.problem = YamlSources::tr("There is no YAML in %1.").arg(folder.dirName());
    for (const QString& path : std::as_const(paths)) {
        if (into.sources.size() >= most) {
            into.problem = YamlSources::tr("Only the first %1 files were taken.").arg(most);
            return;
        }
        readFile(path, folder.relativeFilePath(path), into);
    }
}

} // namespace

GatheredYaml readYamlSources(const QStringList& paths) {
    GatheredYaml gathered;
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (info.isDir())
            readFolder(QDir(path), gathered);
        else
            readFile(path, info.fileName(), gathered);
    }
    return gathered;
}

} // namespace slipway::ui
