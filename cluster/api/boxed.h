#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace slipway::api {

/// A std::optional whose value stands elsewhere: an absent one takes a pointer's place and no more. For members that
/// are large and mostly absent (a volume has thirty kinds of source, of which one is there). Copies copy the value;
/// what was moved from is empty.
template <class T> class Boxed {
public:
    Boxed() noexcept = default;
    Boxed(std::nullopt_t) noexcept {}
    Boxed(const Boxed& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed(T value) : held_(std::make_unique<T>(std::move(value))) {}
    Boxed(std::optional<T> value) : held_(value ? std::make_unique<T>(*std::move(value)) : nullptr) {}
    Boxed& operator=(Boxed other) noexcept {
        held_.swap(other.held_);
        return *this;
    }
    ~Boxed() = default;

    explicit operator bool() const noexcept { return held_ != nullptr; }
    bool has_value() const noexcept { return held_ != nullptr; }
    T& operator*() noexcept { return *held_; }
    const T& operator*() const noexcept { return *held_; }
    T* operator->() noexcept { return held_.get(); }
    const T* operator->() const noexcept { return held_.get(); }
    T value_or(T otherwise) const { return held_ ? *held_ : std::move(otherwise); }
    explicit operator std::optional<T>() const { return held_ ? std::optional<T>(*held_) : std::nullopt; }

    template <class... Args> T& emplace(Args&&... args) {
        held_ = std::make_unique<T>(std::forward<Args>(args)...);
        return *held_;
    }
    void reset() noexcept { held_.reset(); }

    friend bool operator==(const Boxed& a, const Boxed& b) {
        return a.held_ && b.held_ ? *a.held_ == *b.held_ : a.held_ == b.held_;
    }
    friend bool operator==(const Boxed& a, std::nullopt_t) noexcept { return !a.held_; }

private:
    std::unique_ptr<T> held_;
};

} // namespace slipway::api
