#include "ui/access/ports_dialog.h"

#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QIntValidator>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class PortsDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(PortsDialog)
public:
    PortsDialog(const ObjectRef& target, const std::vector<NamedPort>& ports, std::function<void(int, int)> chosen,
                QWidget* parent)
        : QDialog(parent) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Forward a port"));
        setMinimumWidth(420);
        auto* title = new QLabel(tr("Forward a port to %1").arg(target.name));
        title->setObjectName(QStringLiteral("title"));
        auto* remote = new QComboBox;
        remote->setEditable(true);
        remote->setValidator(new QIntValidator(1, 65535, remote));
        remote->setAccessibleName(tr("Port there"));
        for (const NamedPort& port : ports)
            remote->addItem(QString::number(port.port), port.name);
        auto* local = new QSpinBox;
        local->setRange(0, 65535);
        local->setSpecialValueText(tr("any free port"));
        local->setAccessibleName(tr("Port here"));
        auto* form = new QFormLayout;
        form->addRow(tr("Port there"), remote);
        form->addRow(tr("Port here"), local);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
        auto* open = buttons->addButton(tr("Forward"), QDialogButtonBox::AcceptRole);
        open->setObjectName(QStringLiteral("primary"));
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(14);
        layout->addWidget(title);
        layout->addLayout(form);
        layout->addWidget(buttons);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, [this, remote, local, chosen = std::move(chosen)] {
            if (const int port = remote->currentText().toInt(); port > 0)
                chosen(port, local->value());
            accept();
        });
    }
};

} // namespace

std::vector<NamedPort> portsOf(const api::JsonObject& object) {
    std::vector<NamedPort> ports;
    const auto take = [&ports](const api::Json& port, const char* member) {
        if (const api::JsonObject* parts = port.if_object())
            if (const auto number = api::intAt(*parts, {member}))
                ports.push_back({static_cast<int>(*number), text(api::stringAt(*parts, {"name"}))});
    };
    if (api::stringAt(object, {"kind"}) == "Service") {
        for (const api::Json& port : arrayAt(object, {"spec", "ports"}))
            take(port, "port");
        return ports;
    }
    const bool pod = api::stringAt(object, {"kind"}) == "Pod";
    for (const api::Json& container :
         pod ? arrayAt(object, {"spec", "containers"}) : arrayAt(object, {"spec", "template", "spec", "containers"}))
        if (const api::JsonObject* parts = container.if_object())
            for (const api::Json& port : arrayAt(*parts, {"ports"}))
                take(port, "containerPort");
    return ports;
}

void showPortsDialog(QWidget& parent, const ObjectRef& target, const std::vector<NamedPort>& ports,
                     std::function<void(int remote, int local)> chosen) {
    (new PortsDialog(target, ports, std::move(chosen), &parent))->open();
}

} // namespace slipway::ui
