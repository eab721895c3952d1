#include "ui/actions/image_dialog.h"

#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

const api::JsonArray& containersAt(const ObjectRef& workload, const api::JsonObject& object) {
    return workload.kind->resource.kind == "CronJob"
               ? arrayAt(object, {"spec", "jobTemplate", "spec", "template", "spec", "containers"})
               : arrayAt(object, {"spec", "template", "spec", "containers"});
}

class ImageDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(ImageDialog)
public:
    ImageDialog(ObjectActions& actions, const ObjectRef& workload, const api::JsonObject& object, QWidget* parent)
        : QDialog(parent) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Set image"));
        setMinimumWidth(520);
        auto* title = new QLabel(tr("Images of %1").arg(workload.name));
        title->setObjectName(QStringLiteral("title"));
        auto* form = new QFormLayout;
        for (const api::Json& container : containersAt(workload, object)) {
            const QString name = text(api::stringAt(container, {"name"}));
            auto* line = new QLineEdit(text(api::stringAt(container, {"image"})));
            line->setAccessibleName(tr("Image of %1").arg(name));
            form->addRow(name, line);
            lines_.emplace_back(name.toStdString(), line);
        }
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
        auto* set = buttons->addButton(tr("Set image"), QDialogButtonBox::AcceptRole);
        set->setObjectName(QStringLiteral("primary"));
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(14);
        layout->addWidget(title);
        layout->addLayout(form);
        layout->addWidget(buttons);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, [this, &actions, workload] {
            std::vector<std::pair<std::string, std::string>> images;
            for (const auto& [name, line] : lines_)
                if (line->isModified())
                    images.emplace_back(name, line->text().trimmed().toStdString());
            if (!images.empty())
                actions.patchAll({workload}, imagePatch(workload.kind->resource.kind, images),
                                 client::PatchKind::strategicMerge);
            accept();
        });
    }

private:
    std::vector<std::pair<std::string, QLineEdit*>> lines_;
};

} // namespace

api::Json imagePatch(const std::string& kind, const std::vector<std::pair<std::string, std::string>>& images) {
    api::JsonArray containers;
    for (const auto& [name, image] : images)
        containers.push_back(api::JsonObject{{"name", name}, {"image", image}});
    const api::JsonObject pod{{"spec", api::JsonObject{{"containers", std::move(containers)}}}};
    api::JsonObject spec{{"template", pod}};
    if (kind == "CronJob")
        spec = api::JsonObject{{"jobTemplate", api::JsonObject{{"spec", std::move(spec)}}}};
    return api::JsonObject{{"spec", std::move(spec)}};
}

void showImageDialog(QWidget& parent, const SessionPtr& session, ObjectActions& actions, const ObjectRef& workload) {
    auto work = [session, workload] {
        return session->client->get(workload.kind->resource, workload.ns.toStdString(), workload.name.toStdString());
    };
    inBackground(&parent, std::move(work), [&parent, &actions, workload](const client::Result<api::Json>& object) {
        if (object && object->is_object())
            (new ImageDialog(actions, workload, object->get_object(), &parent))->open();
        else if (!object)
            emit actions.failed(errorText(object.error()));
    });
}

} // namespace slipway::ui
