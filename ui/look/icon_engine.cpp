#include "ui/look/theme.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <functional>

namespace slipway::ui {
namespace {

const QByteArray& source(const QString& name) {
    static QHash<QString, QByteArray> cache;
    auto found = cache.find(name);
    if (found == cache.end()) {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
        found = cache.insert(name, file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray());
    }
    return *found;
}

using ColorSource = std::function<QColor()>;

/// Draws an SVG whose strokes are currentColor, in the colour the theme has at that moment.
class SvgIconEngine final : public QIconEngine {
public:
    SvgIconEngine(QString name, ColorSource color) : name_(std::move(name)), color_(std::move(color)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QColor color = color_();
        if (mode == QIcon::Disabled)
            color.setAlphaF(0.4F);
        QByteArray svg = source(name_);
        svg.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        const int side = std::min(rect.width(), rect.height());
        QRectF square(0, 0, side, side);
        square.moveCenter(QRectF(rect).center());
        painter->save();
        painter->setOpacity(painter->opacity() * color.alphaF());
        renderer.render(painter, square);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1.0);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new SvgIconEngine(*this); }

private:
    QString name_;
    ColorSource color_;
};

} // namespace

QColor inkColor(Ink ink) {
    switch (ink) {
    case Ink::muted:
        return colors().muted;
    case Ink::accent:
        return colors().accent;
    case Ink::onAccent:
        return colors().accentText;
    case Ink::border:
        return colors().border;
    case Ink::bad:
        return toneColor(Tone::bad);
    case Ink::text:
        break;
    }
    return colors().text;
}

QIcon icon(const QString& name, Ink ink) {
    return QIcon(new SvgIconEngine(name, [ink] { return inkColor(ink); }));
}
QIcon toneIcon(Tone tone) {
    return tone == Tone::plain ? QIcon()
                               : QIcon(new SvgIconEngine(toneIconName(tone), [tone] { return toneColor(tone); }));
}

} // namespace slipway::ui
