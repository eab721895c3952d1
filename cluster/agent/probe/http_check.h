#pragma once

#include <string>
#include <vector>

namespace slipway::agent {

/// Where an HTTP check goes next. Plain.
struct CheckUrl {
    bool secure = false;
    std::string host;
    int port = 80;
    std::string path = "/";

    /// "http://10.0.0.1:80/x"
    std::string text() const;
    /// The value of the header Host: the port is left out where it is the scheme's own.
    std::string authority() const;
};

/// The URL that a Location header names, seen from @p from; its host is empty when it is not understood.
CheckUrl redirected(const CheckUrl& from, const std::string& location);

} // namespace slipway::agent
