#include "ui/cluster/new_cluster_dialog.h"

#include "vmdriver/profile.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QThread>
#include <QVBoxLayout>
#include <unistd.h>

namespace slipway::ui {
namespace {

constexpr int memoryStep = 512; // MiB
constexpr int mostNodes = 12;

} // namespace

HostSize hostSize() {
    const qint64 bytes = static_cast<qint64>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
    return {std::max(1, QThread::idealThreadCount()), std::max<qint64>(memoryStep, bytes / (1024 * 1024))};
}

NewClusterDialog::NewClusterDialog(const QStringList& taken, HostSize host, QWidget* parent)
    : QDialog(parent)
    , taken_(taken)
    , host_(host)
    , name_(new QLineEdit)
    , driver_(new QComboBox)
    , controlPlanes_(new QComboBox)
    , problem_(new QLabel) {
    setWindowTitle(tr("New cluster"));
    setMinimumWidth(500);
    auto* title = new QLabel(tr("New cluster"));
    title->setObjectName(QStringLiteral("title"));
    name_->setAccessibleName(tr("Name"));
    for (int i = 1; name_->text().isEmpty() || taken_.contains(name_->text()); ++i)
        name_->setText(QStringLiteral("dev-%1").arg(i));
    driver_->setAccessibleName(tr("Driver"));
    driver_->addItem(tr("Sandboxes on this computer (native)"), QStringLiteral("native"));
    driver_->addItem(tr("Docker containers"), QStringLiteral("docker"));
    driver_->addItem(tr("Virtual machines (libvirt)"), QStringLiteral("libvirt"));
    auto* form = new QFormLayout;
    form->setVerticalSpacing(12);
    form->addRow(tr("Name"), name_);
    form->addRow(tr("Driver"), driver_);
    nodes_ = addSlider(*form, tr("Nodes"), mostNodes, nodesValue_);
    nodes_->setMinimum(1);
    controlPlanes_->setAccessibleName(tr("Control planes"));
    controlPlanes_->addItem(QStringLiteral("1"), 1);
    controlPlanes_->addItem(tr("3, of which one may fail"), 3);
    controlPlanes_->addItem(tr("5, of which two may fail"), 5);
    form->addRow(tr("Control planes"), controlPlanes_);
    connect(controlPlanes_, &QComboBox::currentIndexChanged, this,
            [this] { nodes_->setMinimum(controlPlanes_->currentData().toInt()); });
    cpus_ = addSlider(*form, tr("CPUs of each node"), host_.cpus, cpusValue_);
    memory_ = addSlider(*form, tr("Memory of each node"), static_cast<int>(host_.memoryMiB / memoryStep), memoryValue_);
    problem_->setObjectName(QStringLiteral("errorText"));
    problem_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    create_ = buttons->addButton(tr("Create"), QDialogButtonBox::AcceptRole);
    create_->setObjectName(QStringLiteral("primary"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 18);
    layout->setSpacing(14);
    layout->addWidget(title);
    layout->addLayout(form);
    layout->addWidget(problem_);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(name_, &QLineEdit::textChanged, this, &NewClusterDialog::check);
    check();
}

QSlider* NewClusterDialog::addSlider(QFormLayout& form, const QString& words, int most, QLabel*& value) {
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setRange(0, std::max(1, most));
    slider->setAccessibleName(words);
    slider->setPageStep(1);
    value = new QLabel;
    value->setMinimumWidth(90);
    value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* row = new QHBoxLayout;
    row->addWidget(slider, 1);
    row->addWidget(value);
    form.addRow(words, row);
    connect(slider, &QSlider::valueChanged, this, &NewClusterDialog::check);
    return slider;
}

void NewClusterDialog::check() {
    nodesValue_->setText(QString::number(nodes_->value()));
    if (cpusValue_ != nullptr)
        cpusValue_->setText(cpus_->value() == 0 ? tr("no limit") : QString::number(cpus_->value()));
    if (memoryValue_ != nullptr)
        memoryValue_->setText(memory_->value() == 0
                                  ? tr("no limit")
                                  : tr("%1 GiB").arg(double(memory_->value()) * memoryStep / 1024, 0, 'f', 1));
    if (memoryValue_ == nullptr)
        return; // still being built
    const QString name = name_->text().trimmed();
    const auto valid = vmdriver::checkClusterName(name.toStdString());
    problem_->setText(taken_.contains(name) ? tr("There is a cluster of that name already.")
                      : valid               ? QString()
                                            : tr("A name is made of small letters, digits and dashes."));
    create_->setEnabled(valid && !taken_.contains(name));
}

NewCluster NewClusterDialog::wish() const {
    return {.name = name_->text().trimmed(),
            .driver = driver_->currentData().toString(),
            .nodes = nodes_->value(),
            .controlPlanes = controlPlanes_->currentData().toInt(),
            .cpus = double(cpus_->value()),
            .memoryMiB = qint64(memory_->value()) * memoryStep};
}

} // namespace slipway::ui
