// The same for the window: Qt's widgets besides.
#pragma once

#include "common.h"

#include <QtWidgets/QtWidgets>
