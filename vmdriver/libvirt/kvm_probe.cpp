#include "vmdriver/libvirt/kvm_probe.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::vmdriver {

namespace {

#ifdef __x86_64__
/// In the child: a machine with one page of memory that holds a HLT instruction. Exit code 0 when it ran.
[[noreturn]] void runOneInstruction() {
    constexpr std::size_t page = 4096;
    const int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    const int machine = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
    auto* memory =
        static_cast<unsigned char*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    if (machine < 0 || memory == MAP_FAILED)
        _exit(1);
    memory[0] = 0xf4; // HLT
    kvm_userspace_memory_region region{0, 0, 0, page, reinterpret_cast<std::uintptr_t>(memory)};
    const int processor =
        ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) < 0 ? -1 : ioctl(machine, KVM_CREATE_VCPU, 0);
    const int runSize = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (processor < 0 || runSize <= 0)
        _exit(1);
    auto* state = static_cast<kvm_run*>(
        mmap(nullptr, static_cast<std::size_t>(runSize), PROT_READ | PROT_WRITE, MAP_SHARED, processor, 0));
    kvm_sregs segments{};
    kvm_regs registers{};
    if (state == MAP_FAILED || ioctl(processor, KVM_GET_SREGS, &segments) < 0)
        _exit(1);
    segments.cs.base = 0;
    segments.cs.selector = 0;
    registers.rflags = 2;
    if (ioctl(processor, KVM_SET_SREGS, &segments) < 0 || ioctl(processor, KVM_SET_REGS, &registers) < 0 ||
        ioctl(processor, KVM_RUN, 0) < 0)
        _exit(1);
    _exit(state->exit_reason == KVM_EXIT_HLT ? 0 : 1);
}
#else
[[noreturn]] void runOneInstruction() {
    _exit(1);
}
#endif

} // namespace

bool kvmWorks(std::chrono::milliseconds patience) {
    if (const char* wanted = std::getenv("SLIPWAY_VM_ACCELERATION"); wanted && *wanted)
        return std::string_view(wanted) == "kvm";
    if (access("/dev/kvm", R_OK | W_OK) != 0)
        return false;
    const pid_t child = fork();
    if (child == 0)
        runOneInstruction();
    const int handle = child < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    if (handle < 0)
        return false;
    pollfd waiting{handle, POLLIN, 0};
    const bool ended = poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
    close(handle);
    if (!ended)
        kill(child, SIGKILL);
    int status = 0;
    // A child that hangs in the kernel cannot be waited for; init takes it when it ends.
    return waitpid(child, &status, ended ? 0 : WNOHANG) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace slipway::vmdriver
