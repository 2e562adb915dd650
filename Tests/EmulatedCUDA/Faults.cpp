#undef _FORTIFY_SOURCE  // its checks know one stack a thread only
#include "Faults.hpp"

#include <csetjmp>
#include <csignal>
#include <iterator>
#include <memory>

namespace emulated {

namespace {

constexpr int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/// What the signal handler must know of its thread.
struct Guard {
    sigjmp_buf place;
    volatile sig_atomic_t isActive = 0;
    Fault fault;
    /// Stacks of CUDA threads may be full when the signal comes.
    std::unique_ptr<char[]> stack{new char[stackBytes]};
    static constexpr size_t stackBytes = 64 * 1024;
};

Guard &guard() {
    static thread_local Guard guard;
    return guard;
}

struct sigaction *previous() {
    static struct sigaction actions[std::size(signals)];
    return actions;
}

void handle(int signal, siginfo_t *information, void *context) {
    Guard &own = guard();
    if (own.isActive) {
        own.fault = Fault{signal, information->si_addr};
        siglongjmp(own.place, 1);
    }
    for (size_t index = 0; index < std::size(signals); index++) {
        if (signals[index] != signal) continue;
        const struct sigaction &action = previous()[index];
        if (action.sa_flags & SA_SIGINFO) return action.sa_sigaction(signal, information, context);
        if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) return action.sa_handler(signal);
        sigaction(signal, &action, nullptr);  // the instruction faults again, now for good
    }
}

void install() {
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    for (size_t index = 0; index < std::size(signals); index++)
        sigaction(signals[index], &action, &previous()[index]);
}

}  // namespace

std::optional<Fault> runGuarded(const std::function<void()> &work) {
    static const bool isInstalled = (install(), true);
    (void)isInstalled;
    Guard &own = guard();
    stack_t stack = {}, before = {};
    stack.ss_sp = own.stack.get();
    stack.ss_size = Guard::stackBytes;
    sigaltstack(&stack, &before);
    std::optional<Fault> fault;
    if (sigsetjmp(own.place, 0) == 0) {
        own.isActive = 1;
        work();
        own.isActive = 0;
    } else {
        own.isActive = 0;
        fault = own.fault;
    }
    sigaltstack(&before, nullptr);
    return fault;
}

}  // namespace emulated
