#pragma once

#include "cluster/api/types/meta_v1.h"
#include "cluster/client/informer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::controllers {

/// The owner that controls an object, or null.
const api::meta_v1::OwnerReference* controllerOf(const api::meta_v1::ObjectMeta& metadata);

/// The caches all controllers share: one per kind, made when the first controller asks for it. Every cache can tell
/// the objects a given owner controls, and those of a namespace that nobody controls.
class Caches {
public:
    explicit Caches(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}
    ~Caches() { stop(); }

    /// The cache of a kind. Before start() it is made when it is missing; afterwards only asked for.
    template <class T> client::Informer<T>& of() {
        const auto resource = client::resourceOf<T>();
        return of<T>(resource.group + "/" + resource.resource, {}, {});
    }
    /// A cache of some objects of a kind: those of a namespace, or that a selector matches. @p name tells it from
    /// others.
    template <class T> client::Informer<T>& of(const std::string& name, std::string ns, client::ListOptions selectors) {
        for (const auto& slot : slots_)
            if (slot->name == name)
                return static_cast<Slot<T>&>(*slot).informer;
        auto slot = std::make_unique<Slot<T>>(name, client_, std::move(ns), std::move(selectors), loop_);
        slot->informer.addIndex("owner", [](const T& object, std::vector<std::string>& keys) {
            const auto* owner = controllerOf(object.metadata);
            keys.push_back(owner != nullptr ? owner->uid : "orphans of " + object.metadata.namespace_);
        });
        slots_.push_back(std::move(slot));
        return static_cast<Slot<T>&>(*slots_.back()).informer;
    }

    /// The objects that an owner of that uid controls.
    template <class T> std::vector<std::shared_ptr<const T>> ownedBy(const std::string& uid) {
        return of<T>().by("owner", uid);
    }
    /// The objects of a namespace that nobody controls.
    template <class T> std::vector<std::shared_ptr<const T>> orphansIn(const std::string& ns) {
        return of<T>().by("owner", "orphans of " + ns);
    }

    /// Tells of the metadata of the objects of the cache "group/plural" when there is one for all of them.
    using MetadataHandler = std::function<void(const api::meta_v1::ObjectMeta&, bool deleted)>;
    bool onMetadata(const std::string& name, MetadataHandler handler);

    /// The thread that follows the caches; others may be followed on it.
    client::ReflectorLoop& loop() { return loop_; }

    void start();
    /// Waits until every cache holds its first list; false when @p timeout passed first.
    bool waitForSync(std::chrono::milliseconds timeout) const;
    /// No handler is called after it returned.
    void stop();

private:
    struct AnySlot {
        explicit AnySlot(std::string n) : name(std::move(n)) {}
        virtual ~AnySlot() = default;
        virtual void start() = 0;
        virtual void stop() = 0;
        virtual bool waitForSync(std::chrono::milliseconds timeout) const = 0;
        virtual void onMetadata(MetadataHandler handler) = 0;
        const std::string name;
    };
    template <class T> struct Slot : AnySlot {
        Slot(std::string n, std::shared_ptr<const client::Client> client, std::string ns, client::ListOptions selectors,
             client::ReflectorLoop& loop)
            : AnySlot(std::move(n)), informer(std::move(client), std::move(ns), std::move(selectors), &loop) {}
        void start() override { informer.start(); }
        void stop() override { informer.stop(); }
        bool waitForSync(std::chrono::milliseconds timeout) const override { return informer.waitForSync(timeout); }
        void onMetadata(MetadataHandler handler) override {
            informer.onChange([handler = std::move(handler)](const auto& before, const auto& after) {
                if (before && after && before->metadata.uid != after->metadata.uid)
                    handler(before->metadata, true);
                handler((after ? after : before)->metadata, !after);
            });
        }
        client::Informer<T> informer;
    };

    const std::shared_ptr<const client::Client> client_;
    client::ReflectorLoop loop_;
    std::vector<std::unique_ptr<AnySlot>> slots_;
};

} // namespace slipway::controllers
