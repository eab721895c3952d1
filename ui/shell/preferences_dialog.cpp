#include "ui/shell/preferences_dialog.h"

#include "ui/look/look.h"
#include "ui/shell/settings.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class PreferencesDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(PreferencesDialog)
public:
    explicit PreferencesDialog(QWidget* parent) : QDialog(parent) {
        setAttribute(Qt::WA_DeleteOnClose);
        setMinimumWidth(460);
        for (int i = 0; i < 3; ++i) {
            theme_.addItem({});
            language_.addItem({});
        }
        theme_.setCurrentIndex(static_cast<int>(Settings::theme()));
        language_.setCurrentIndex(std::max(0, static_cast<int>(languages().indexOf(Settings::language()))));
        fontSize_.setRange(7, 24);
        fontSize_.setValue(Settings::fontSize());
        atOnce_.setChecked(Settings::applyAtOnce());
        notify_.setChecked(Settings::notifications());
        tray_.setChecked(Settings::staysInTray());
        title_.setObjectName(QStringLiteral("title"));
        auto* form = new QFormLayout;
        form->setVerticalSpacing(10);
        form->addRow(&themeWords_, &theme_);
        form->addRow(&languageWords_, &language_);
        form->addRow(&fontWords_, &fontSize_);
        for (QCheckBox* box : {&atOnce_, &notify_, &tray_})
            form->addRow(box);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(14);
        layout->addWidget(&title_);
        layout->addLayout(form);
        layout->addWidget(&close_, 0, Qt::AlignRight);
        connect(&close_, &QPushButton::clicked, this, &QDialog::accept);
        connect(&theme_, &QComboBox::activated, this, [](int index) {
            Settings::setTheme(static_cast<ThemeChoice>(index));
            applyTheme(*qApp, Settings::theme());
        });
        connect(&language_, &QComboBox::activated, this, [](int index) {
            Settings::setLanguage(languages()[index]);
            installLanguage();
        });
        connect(&fontSize_, &QSpinBox::valueChanged, this, [](int size) {
            Settings::setFontSize(size);
            QFont font = QApplication::font();
            font.setPointSizeF(size);
            QApplication::setFont(font);
        });
        connect(&atOnce_, &QCheckBox::toggled, this, [](bool on) { Settings::setApplyAtOnce(on); });
        connect(&notify_, &QCheckBox::toggled, this, [](bool on) { Settings::setNotifications(on); });
        connect(&tray_, &QCheckBox::toggled, this, [](bool on) { Settings::setStaysInTray(on); });
        keepLook(this, [this] { retranslate(); });
    }

private:
    static const QStringList& languages() {
        static const QStringList all{QString(), QStringLiteral("en"), QStringLiteral("zh_CN")};
        return all;
    }

    void retranslate() {
        setWindowTitle(tr("Preferences"));
        title_.setText(tr("Preferences"));
        const QString themes[] = {tr("As the system"), tr("Light"), tr("Dark")};
        const QString tongues[] = {tr("As the system"), QStringLiteral("English"), QStringLiteral("简体中文")};
        for (int i = 0; i < 3; ++i) {
            theme_.setItemText(i, themes[i]);
            language_.setItemText(i, tongues[i]);
        }
        themeWords_.setText(tr("Theme"));
        languageWords_.setText(tr("Language"));
        fontWords_.setText(tr("Size of the letters"));
        theme_.setAccessibleName(themeWords_.text());
        language_.setAccessibleName(languageWords_.text());
        fontSize_.setAccessibleName(fontWords_.text());
        atOnce_.setText(tr("Apply dropped YAML without asking when the server accepts all of it"));
        notify_.setText(tr("Tell me about what happens while I look elsewhere"));
        tray_.setText(tr("Stay in the tray when the last window is closed"));
        close_.setText(tr("Close"));
    }

    QLabel title_, themeWords_, languageWords_, fontWords_;
    QComboBox theme_, language_;
    QSpinBox fontSize_;
    QCheckBox atOnce_, notify_, tray_;
    QPushButton close_;
};

} // namespace

void showPreferencesDialog(QWidget& parent) {
    (new PreferencesDialog(&parent))->open();
}

} // namespace slipway::ui
