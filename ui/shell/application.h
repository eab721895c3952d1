#pragma once

namespace slipway::ui {

/// Runs the window until it is closed. @return the program's exit code.
/// Arguments: `--cluster NAME` (else the default cluster), `--context NAME` opens a context of the kubeconfig,
/// `--start` presses the start button.
int runWindow(int argc, char** argv);

/// Names, icon, fonts, language and theme of the application object that exists. For tests as well.
void prepareApplication();

} // namespace slipway::ui
