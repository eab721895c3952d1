// Keeps std::format's machinery out of every file that formats a text: GCC 14's library compiles it anew in each of
// them, for every type there is, which was more than half of what such a file cost. It is compiled once, in
// installer/cmake/separate. These are internals of that library, which the standard lets nobody name; with any other
// one this file says nothing, and all works as it did.
#pragma once

#include <format>

#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE == 14
#ifndef SLIPWAY_FORMAT
#define SLIPWAY_FORMAT extern
#endif
namespace std::__format {
SLIPWAY_FORMAT template _Sink_iter<char> __do_vformat_to(_Sink_iter<char>, string_view, const format_args&,
                                                         const locale*);
SLIPWAY_FORMAT template class _Seq_sink<string>;
} // namespace std::__format
#endif
