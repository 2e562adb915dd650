// Changing stacks: what a call must keep is pushed, the stack pointer exchanged, and popped again.
#pragma once

extern "C" {
/// Keeps the running stack's place in `*kept` and goes on where `stack` was kept.
__attribute__((visibility("hidden"))) void emulated_switch(void **kept, void *stack);
}

#if defined(__x86_64__)
asm(R"(
.pushsection .text
.hidden emulated_switch
.globl emulated_switch
.type emulated_switch,@function
emulated_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    jmpq *%rcx
.size emulated_switch, .-emulated_switch
.popsection
)");
#elif defined(__aarch64__)
asm(R"(
.pushsection .text
.hidden emulated_switch
.globl emulated_switch
.type emulated_switch,@function
emulated_switch:
    stp x29, x30, [sp, #-160]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    ldp x29, x30, [sp], #160
    ret
.size emulated_switch, .-emulated_switch
.popsection
)");
#else
#error "the emulator knows how to change stacks on x86-64 and ARM64 only"
#endif

namespace emulated {

/// A stack that starts in `entry`, which never returns, when it is switched to.
static void *makeStack(char *top, void (*entry)()) {
    void **stack = (void **)((size_t)top & ~(size_t)15);
#if defined(__x86_64__)
    *--stack = nullptr;  // where a return address would be: the entry sees the stack of a called function
    *--stack = (void *)entry;
    for (int saved = 0; saved < 6; saved++) *--stack = nullptr;
#else
    for (int saved = 0; saved < 20; saved++) *--stack = nullptr;
    stack[1] = (void *)entry;
#endif
    return stack;
}

}  // namespace emulated
