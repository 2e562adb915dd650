// The CUDA threads of a launch, one block after the other, on one thread of the host.
//
// A thread that has to wait keeps its stack and the next one goes on; threads that never wait share a stack
// one after the other without a change of stacks.  A warp runs on until all its lanes wait for the block, so
// that another warp sees what a missing barrier lets it see.
#pragma once
#include "image.h"
#include "switch.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

namespace emulated {

struct Index {
    unsigned x, y, z;
};

/// A line of the kernel source.
struct Place {
    const char *file;
    int line;
    bool operator==(const Place &other) const { return line == other.line && file == other.file; }
};

enum class Exchange : uint8_t { fromIndex, fromBelow, fromAbove, fromXor, ballot, synchronize };
enum class Barrier : uint8_t { plain, any, all, count };

/// What a thread waits for.
struct Wait {
    Place place;
    Exchange exchange;
    Barrier barrier;
    unsigned mask;
    int argument, width;
    uint64_t value, result;
};

/// Sets of lanes; every lane of a warp that exists and does not run is in one of them.
struct Warp {
    unsigned present, unstarted, ready, exchanging, atBarrier, finished;
};

constexpr int none = -1;

struct Grid {
    const Launch *launch;
    void (*body)(void *const *arguments);
    Index threadIndex, blockIndex, blockSize, size;
    unsigned threads, warpCount;
    uint64_t blocks, block;
    int thread;  // runs now
    unsigned warp, pass;  // whose turn it is, the how-manieth it is
    unsigned alive;
    uint64_t serial;  // of the block, among all of the process
    bool hasFailed;
    uint32_t random;
    uint64_t blockStep, warpStep;
    Warp warps[warpLanes];
    Wait waits[maximumThreads];
    Index indices[maximumThreads];
    int stackOf[maximumThreads];
    void *stacks[maximumThreads];  // where each stack was left; null: not begun
    int idle[maximumThreads];
    int idleCount, runningStack;
    void *home;  // the stack of the host
};

static Grid grid;
/// Of the launch; kernels have it under their own name and type.
static char *dynamicMemory;

// MARK: Failures

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...) {
    if (grid.hasFailed) return;
    grid.hasFailed = true;
    char detail[256];
    va_list values;
    va_start(values, format);
    vsnprintf(detail, sizeof detail, format, values);
    va_end(values);
    snprintf(
        grid.launch->message, grid.launch->messageBytes, "%s (block %u, %u, %u; thread %u, %u, %u)", detail,
        grid.blockIndex.x, grid.blockIndex.y, grid.blockIndex.z, grid.threadIndex.x, grid.threadIndex.y,
        grid.threadIndex.z);
}

// MARK: Order

/// A step that has no divisor in common with `count`, so that its multiples visit everything once.
static uint64_t stepThrough(uint64_t count, unsigned seed) {
    for (uint64_t step = (count * 5 / 8 + seed) | 1;; step += 2) {
        uint64_t a = step, b = count;
        while (b) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1) return step;
    }
}

/// The element that is the `turn`-th one of `count`.
static uint64_t inOrder(uint64_t turn, uint64_t count, uint64_t step) {
    switch (grid.launch->order) {
    case Order::forward: return turn;
    case Order::reversed: return count - 1 - turn;
    default: return (turn * step + grid.launch->seed) % count;
    }
}

/// Removes one lane from a set that is not empty.
static int take(unsigned &lanes) {
    int lane;
    switch (grid.launch->order) {
    case Order::forward: lane = __builtin_ctz(lanes); break;
    case Order::reversed: lane = 31 - __builtin_clz(lanes); break;
    default:
        grid.random = grid.random * 1664525u + 1013904223u;
        unsigned turn = grid.random >> 27;
        lane = (__builtin_ctz(lanes >> turn | (turn ? lanes << (32 - turn) : 0)) + turn) & 31;
    }
    lanes &= ~(1u << lane);
    return lane;
}

// MARK: Blocks

/// Nothing is zero in the shared memory of a GPU either: all bits set are NaN.
static void poisonDynamicMemory() {
    const Launch &launch = *grid.launch;
    if (launch.dynamicBytes) memset(launch.dynamicMemory, 0xff, (launch.dynamicBytes + 15) & ~(size_t)15);
}

/// Poisons static shared memory when the first thread of a block comes to its declaration; `serial` is the
/// last block that came there.
static inline void useShared(uint64_t &serial, void *start, size_t bytes) {
    if (serial == grid.serial) return;
    serial = grid.serial;
    memset(start, 0xff, bytes);
}

/// The bytes around the dynamic memory that are not the block's must still be as they were.
static void checkSharedMemory() {
    const Launch &launch = *grid.launch;
    if (!launch.dynamicBytes) return;
    const unsigned char *start = (const unsigned char *)launch.dynamicMemory;
    for (size_t at = launch.dynamicBytes; at & 15; at++)
        if (start[at] != 0xff)
            return fail("wrote past its %zu bytes of dynamic shared memory", launch.dynamicBytes);
    for (int at = 1; at <= 64; at++)
        if (start[-at] != 0xff) return fail("wrote before its dynamic shared memory");
}

static void beginBlock() {
    uint64_t block = inOrder(grid.block, grid.blocks, grid.blockStep);
    grid.blockIndex.x = block % grid.size.x;
    grid.blockIndex.y = block / grid.size.x % grid.size.y;
    grid.blockIndex.z = block / grid.size.x / grid.size.y;
    grid.serial++;
    poisonDynamicMemory();
    for (unsigned warp = 0; warp < grid.warpCount; warp++) {
        unsigned lanes = grid.threads - warp * warpLanes;
        unsigned present = lanes < warpLanes ? (1u << lanes) - 1 : ~0u;
        grid.warps[warp] = Warp{present, present, 0, 0, 0, 0};
    }
    grid.alive = grid.threads;
    grid.pass = 0;
    grid.warp = inOrder(0, grid.warpCount, grid.warpStep);
}

/// - Returns: false after the last one.
static bool nextBlock() {
    checkSharedMemory();
    if (grid.hasFailed || ++grid.block == grid.blocks) return false;
    beginBlock();
    return true;
}

// MARK: Barriers of the block

/// Called when every thread that is alive waits at a barrier: they must wait at the same one.
static void releaseBarrier() {
    const Wait *first = nullptr;
    unsigned waiting = 0, votes = 0;
    for (unsigned thread = 0; thread < grid.threads; thread++) {
        if (!(grid.warps[thread / warpLanes].atBarrier >> thread % warpLanes & 1)) continue;
        const Wait &wait = grid.waits[thread];
        if (!first) first = &wait;
        if (!(wait.place == first->place) || wait.barrier != first->barrier)
            return fail(
                "threads wait at different barriers: %s:%d and %s:%d", first->place.file, first->place.line,
                wait.place.file, wait.place.line);
        waiting++;
        votes += wait.value != 0;
    }
    if (waiting != grid.threads)
        return fail(
            "divergent barrier: %u of %u threads have left before %s:%d", grid.threads - waiting,
            grid.threads, first->place.file, first->place.line);
    uint64_t result = first->barrier == Barrier::count ? votes
        : first->barrier == Barrier::all               ? votes == waiting
                                                       : votes != 0;
    for (unsigned thread = 0; thread < grid.threads; thread++) grid.waits[thread].result = result;
    for (unsigned warp = 0; warp < grid.warpCount; warp++) {
        grid.warps[warp].ready = grid.warps[warp].atBarrier;
        grid.warps[warp].atBarrier = 0;
    }
    grid.pass = 0;
    grid.warp = inOrder(0, grid.warpCount, grid.warpStep);
}

// MARK: Whose turn it is

/// Ends the waiting of lanes whose partners have left, or explains why it never ends.
static void settle(Warp &warp);

/// The thread that goes on, or `none` at the end of the grid and after a failure.
static int nextThread() {
    while (!grid.hasFailed) {
        Warp &warp = grid.warps[grid.warp];
        if (warp.ready) return grid.warp * warpLanes + take(warp.ready);
        if (warp.unstarted) return grid.warp * warpLanes + take(warp.unstarted);
        if (warp.exchanging)
            settle(warp);
        else if (++grid.pass < grid.warpCount)
            grid.warp = inOrder(grid.pass, grid.warpCount, grid.warpStep);
        else if (grid.alive)
            releaseBarrier();
        else if (!nextBlock())
            return none;
    }
    return none;
}

static void runThreads();

/// Leaves the running stack for the one where `thread` waits, or for a free one where it can start.
static void goOn(int thread) {
    int from = grid.runningStack;
    void *unkept;
    void **kept = from == none ? &grid.home : &grid.stacks[from];
    if (thread == none) {
        grid.runningStack = none;
        return emulated_switch(from == none ? &unkept : kept, grid.home);
    }
    int &stack = grid.stackOf[thread];
    if (stack == none) stack = grid.idle[--grid.idleCount];
    if (!grid.stacks[stack]) {
        // Stacks that start at different distances from a page do not fight for the same lines of the cache.
        char *top = grid.launch->stacks + (stack + 1) * grid.launch->stackBytes - stack % 61 * 64;
        grid.stacks[stack] = makeStack(top, runThreads);
    }
    grid.thread = thread;
    grid.threadIndex = grid.indices[thread];
    grid.runningStack = stack;
    emulated_switch(kept, grid.stacks[stack]);
}

/// Lets others go on until the running thread is ready again.
static void waitForOthers() {
    int thread = grid.thread, next = nextThread();
    if (next != thread) goOn(next);
}

/// What runs on every stack: threads, one after the other, until the next one has a stack of its own.
static void runThreads() {
    for (;;) {
        grid.body(grid.launch->arguments);
        int stack = grid.runningStack;
        grid.stackOf[grid.thread] = none;
        grid.warps[grid.thread / warpLanes].finished |= 1u << grid.thread % warpLanes;
        grid.alive--;
        int next = nextThread();
        if (next != none && grid.stackOf[next] == none) {
            grid.stackOf[next] = stack;
            grid.thread = next;
            grid.threadIndex = grid.indices[next];
            continue;
        }
        grid.idle[grid.idleCount++] = stack;
        goOn(next);
    }
}

/// Ends the launch from within a thread.
__attribute__((noreturn)) static void abandon() {
    grid.hasFailed = true;
    goOn(none);
    __builtin_unreachable();
}

// MARK: Launches

static void describe(const Launch &launch) {
    grid.launch = &launch;
    grid.size = Index{launch.grid[0], launch.grid[1], launch.grid[2]};
    grid.blockSize = Index{launch.block[0], launch.block[1], launch.block[2]};
    grid.blocks = (uint64_t)grid.size.x * grid.size.y * grid.size.z;
    grid.threads = grid.blockSize.x * grid.blockSize.y * grid.blockSize.z;
    grid.warpCount = (grid.threads + warpLanes - 1) / warpLanes;
    grid.blockStep = stepThrough(grid.blocks, launch.seed);
    grid.warpStep = stepThrough(grid.warpCount, launch.seed);
    grid.random = launch.seed;
    for (unsigned thread = 0; thread < grid.threads; thread++)
        grid.indices[thread] = Index{
            thread % grid.blockSize.x, thread / grid.blockSize.x % grid.blockSize.y,
            thread / (grid.blockSize.x * grid.blockSize.y)};
}

/// Runs `body` once for every thread of the launch.
static void run(const Launch &launch, void (*body)(void *const *)) {
    describe(launch);
    dynamicMemory = launch.dynamicMemory;
    grid.body = body;
    grid.block = 0;
    grid.hasFailed = false;
    grid.runningStack = none;
    grid.idleCount = 0;
    for (unsigned thread = 0; thread < grid.threads; thread++) {
        grid.stackOf[thread] = none;
        grid.stacks[thread] = nullptr;
        grid.idle[grid.idleCount++] = grid.threads - 1 - thread;
    }
    if (launch.dynamicBytes) memset(launch.dynamicMemory - 64, 0xff, 64);
    beginBlock();
    goOn(nextThread());
}

}  // namespace emulated
