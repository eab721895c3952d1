// What installer/cmake/precompiled/format_once.h says is compiled elsewhere.
#define SLIPWAY_FORMAT
#include "../precompiled/format_once.h"
