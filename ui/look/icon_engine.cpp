#include "ui/look/theme.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

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

/// Draws an SVG whose strokes are currentColor, in the colour the theme has at that moment.
class SvgIconEngine final : public QIconEngine {
public:
    SvgIconEngine(QString name, QColor fixed) : name_(std::move(name)), fixed_(fixed) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QColor color = fixed_.isValid() ? fixed_ : colors().text;
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
    QColor fixed_;
};

} // namespace

QIcon icon(const QString& name) {
    return QIcon(new SvgIconEngine(name, {}));
}
QIcon icon(const QString& name, const QColor& color) {
    return QIcon(new SvgIconEngine(name, color));
}
QIcon toneIcon(Tone tone) {
    return tone == Tone::plain ? QIcon() : icon(toneIconName(tone), toneColor(tone));
}

} // namespace slipway::ui
