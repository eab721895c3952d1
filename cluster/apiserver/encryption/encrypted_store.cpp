#include "cluster/apiserver/encryption/encrypted_store.h"

#include "cluster/base/log.h"
#include "cluster/pki/sealing.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace slipway::apiserver::encryption {
namespace {

using store::Entry;
using store::Event;
using store::Operation;
using store::Result;

constexpr std::string_view mark = "k8s:enc:aesgcm:v1:";

std::unexpected<store::Error> corrupt(std::string_view key) {
    return std::unexpected(store::Error{store::Errc::corrupt,
                                        std::format("{} cannot be decrypted with any of the configured keys", key), 0});
}

/// What stands in front of an encrypted value.
struct Header {
    std::string_view keyName, revision, sealed;
    std::size_t offset = Operation::noSplice; ///< where the revision goes in the plain value

    static std::optional<Header> parse(std::string_view value) {
        if (!value.starts_with(mark))
            return {};
        value.remove_prefix(mark.size());
        Header header;
        std::string_view offset;
        for (std::string_view* part : {&header.keyName, &offset, &header.revision}) {
            const std::size_t end = value.find(':');
            if (end == value.npos)
                return {};
            *part = value.substr(0, end);
            value.remove_prefix(end + 1);
        }
        header.sealed = value;
        if (!offset.empty())
            std::from_chars(offset.data(), offset.data() + offset.size(), header.offset);
        return header;
    }
};

} // namespace

const ResourceEncryption* EncryptedStore::encryptionOf(std::string_view key) const {
    const auto found = std::ranges::find_if(
        resources_, [&](const ResourceEncryption& resource) { return key.starts_with(resource.keyPrefix); });
    return found == resources_.end() ? nullptr : &*found;
}

Result<void> EncryptedStore::encrypt(Operation& operation) const {
    const ResourceEncryption* how = encryptionOf(operation.key);
    if (how == nullptr || how->writesPlain || !operation.value)
        return {};
    const NamedKey& key = how->keys.front();
    const auto sealed = pki::seal(key.secret, *operation.value, operation.key);
    if (!sealed)
        return std::unexpected(store::Error{store::Errc::io, sealed.error().message, 0});
    const bool spliced = operation.revisionAt != Operation::noSplice;
    std::string value =
        std::format("{}{}:{}:", mark, key.name, spliced ? std::to_string(operation.revisionAt) : std::string());
    operation.revisionAt = spliced ? value.size() : Operation::noSplice;
    value += ':';
    value += *sealed;
    operation.value = std::move(value);
    return {};
}

Result<EncryptedStore::Value> EncryptedStore::decrypt(std::string_view key, const Value& value) const {
    const ResourceEncryption* how = value == nullptr ? nullptr : encryptionOf(key);
    const auto header = how == nullptr ? std::nullopt : Header::parse(*value);
    if (!header)
        return value; // plain: written before encryption was configured
    for (const NamedKey& known : how->keys) {
        if (known.name != header->keyName)
            continue;
        auto text = pki::unseal(known.secret, header->sealed, key);
        if (!text)
            continue;
        if (header->offset != Operation::noSplice && header->offset <= text->size())
            text->insert(header->offset, header->revision);
        return std::make_shared<const std::string>(std::move(*text));
    }
    return corrupt(key);
}

Result<std::optional<Entry>> EncryptedStore::get(std::string_view key, store::Revision at) const {
    auto found = behind_.get(key, at);
    if (!found || !*found)
        return found;
    auto value = decrypt(key, (*found)->value);
    if (!value)
        return std::unexpected(value.error());
    (*found)->value = std::move(*value);
    return found;
}

Result<store::Listing> EncryptedStore::list(std::string_view prefix, store::Revision at, std::string_view startKey,
                                            std::size_t limit) const {
    auto listing = behind_.list(prefix, at, startKey, limit);
    if (!listing)
        return listing;
    for (Entry& entry : listing->entries) {
        auto value = decrypt(entry.key, entry.value);
        if (!value)
            return std::unexpected(value.error());
        entry.value = std::move(*value);
    }
    return listing;
}

Result<store::Revision> EncryptedStore::commit(std::vector<Operation> operations, store::Origin origin) {
    for (Operation& operation : operations)
        if (auto done = encrypt(operation); !done)
            return std::unexpected(done.error());
    return behind_.commit(std::move(operations), std::move(origin));
}

Result<std::unique_ptr<store::Subscription>>
EncryptedStore::subscribe(store::Revision from, std::function<void(std::span<const Event>)> deliver) {
    return behind_.subscribe(from, [this, deliver = std::move(deliver)](std::span<const Event> events) {
        if (std::ranges::none_of(events, [&](const Event& event) { return encryptionOf(event.entry.key) != nullptr; }))
            return deliver(events);
        std::vector<Event> plain(events.begin(), events.end());
        for (Event& event : plain)
            for (Value* value : {&event.entry.value, &event.previous}) {
                auto text = decrypt(event.entry.key, *value);
                if (!text)
                    base::error("encryption", "{}", text.error().message);
                else
                    *value = std::move(*text);
            }
        deliver(plain);
    });
}

Result<void> EncryptedStore::rewriteStale() {
    for (const ResourceEncryption& how : resources_) {
        const auto listing = behind_.list(how.keyPrefix, 0, {}, 0);
        if (!listing)
            return std::unexpected(listing.error());
        for (const Entry& entry : listing->entries) {
            const auto header = Header::parse(*entry.value);
            if (how.writesPlain ? !header : header && header->keyName == how.keys.front().name)
                continue;
            const auto plain = decrypt(entry.key, entry.value);
            if (!plain)
                return std::unexpected(plain.error());
            const std::string revision = std::format("\"resourceVersion\":\"{}\"", entry.modified);
            Operation operation;
            operation.key = entry.key;
            operation.value = **plain;
            operation.expected = entry.modified;
            if (const std::size_t at = operation.value->find(revision); at != std::string::npos) {
                operation.revisionAt = at + std::string_view("\"resourceVersion\":\"").size();
                operation.value->erase(operation.revisionAt, std::to_string(entry.modified).size());
            }
            if (auto done = commit({std::move(operation)}, {}); !done && done.error().kind != store::Errc::conflict)
                return std::unexpected(done.error());
        }
    }
    return {};
}

} // namespace slipway::apiserver::encryption
