// The first process of a pod: holds its namespaces, and reaps orphans when the pod shares one process namespace.

#include <csignal>
#include <initializer_list>
#include <sys/wait.h>

int main() {
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGCHLD, SIGINT, SIGTERM})
        sigaddset(&signals, signal);
    sigprocmask(SIG_BLOCK, &signals, nullptr);

    for (;;) {
        int received = 0;
        if (sigwait(&signals, &received) != 0)
            continue;
        if (received != SIGCHLD)
            return 0;
        while (waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}
