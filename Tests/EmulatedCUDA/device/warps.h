// What the lanes of a warp do together.
#pragma once
#include "threads.h"

namespace emulated {

static const char *nameOf(Exchange exchange) {
    switch (exchange) {
    case Exchange::ballot: return "vote";
    case Exchange::synchronize: return "__syncwarp";
    default: return "shuffle";
    }
}

static Wait *waitsOf(const Warp &warp) { return grid.waits + (&warp - grid.warps) * warpLanes; }

/// The lane that `lane` reads from.
static int sourceLane(const Wait &wait, int lane) {
    int first = lane & ~(wait.width - 1), end = first + wait.width, source;
    switch (wait.exchange) {
    case Exchange::fromIndex: return first | (wait.argument & (wait.width - 1));
    case Exchange::fromBelow: source = lane - wait.argument; return source < first ? lane : source;
    case Exchange::fromAbove: source = lane + wait.argument; return source >= end ? lane : source;
    default: source = lane ^ wait.argument; return source >= end ? lane : source;
    }
}

/// Gives every lane of `lanes`, which all wait for each other, its result.
static void exchange(Warp &warp, unsigned lanes) {
    Wait *waits = waitsOf(warp);
    const Wait &first = waits[__builtin_ctz(lanes)];
    unsigned votes = 0;
    for (unsigned rest = lanes; rest; rest &= rest - 1) {
        int lane = __builtin_ctz(rest);
        const Wait &wait = waits[lane];
        if (wait.exchange != first.exchange || !(wait.place == first.place))
            return fail(
                "lanes of one mask meet in different operations: %s at %s:%d and %s at %s:%d",
                nameOf(first.exchange), first.place.file, first.place.line, nameOf(wait.exchange),
                wait.place.file, wait.place.line);
        votes |= (wait.value != 0) << lane;
    }
    for (unsigned rest = lanes; rest; rest &= rest - 1) {
        int lane = __builtin_ctz(rest);
        Wait &wait = waits[lane];
        if (wait.exchange >= Exchange::ballot) {
            wait.result = votes;
            continue;
        }
        int source = sourceLane(wait, lane);
        if (source < 0 || source >= (int)warpLanes || !(lanes >> source & 1))
            return fail(
                "lane %d shuffles from lane %d, which is not in its mask %08x, at %s:%d", lane, source,
                wait.mask, wait.place.file, wait.place.line);
        wait.result = waits[source].value;
    }
    warp.exchanging &= ~lanes;
    warp.ready |= lanes;
}

/// Whether all of `lanes` wait with the same mask.
static bool haveMet(const Warp &warp, unsigned lanes, unsigned mask) {
    if ((warp.exchanging & lanes) != lanes) return false;
    const Wait *waits = waitsOf(warp);
    for (unsigned rest = lanes; rest; rest &= rest - 1)
        if (waits[__builtin_ctz(rest)].mask != mask) return false;
    return true;
}

static void settle(Warp &warp) {
    const Wait *waits = waitsOf(warp);
    for (unsigned rest = warp.exchanging; rest; rest &= rest - 1) {
        const Wait &wait = waits[__builtin_ctz(rest)];
        unsigned here = wait.mask & ~warp.finished & warp.present;
        if (wait.exchange == Exchange::synchronize && haveMet(warp, here, wait.mask))
            return exchange(warp, here);
    }
    int lane = __builtin_ctz(warp.exchanging);
    const Wait &wait = waits[lane];
    unsigned missing = wait.mask & ~warp.exchanging;
    const char *why = missing & ~warp.present ? "do not exist"
        : missing & warp.finished             ? "have left"
        : missing                             ? "wait for the block"
                                              : "wait with another mask";
    fail(
        "lane %d waits with mask %08x in a %s at %s:%d for lanes that %s (%08x)", lane, wait.mask,
        nameOf(wait.exchange), wait.place.file, wait.place.line, why, missing);
}

/// Waits until all lanes of `mask` have come.
__attribute__((noinline)) static uint64_t
meet(Exchange kind, unsigned mask, uint64_t value, int argument, int width, Place place) {
    int thread = grid.thread, lane = thread % warpLanes;
    Warp &warp = grid.warps[thread / warpLanes];
    Wait &wait = grid.waits[thread];
    wait = Wait{place, kind, Barrier::plain, mask, argument, width, value, 0};
    if (!(mask >> lane & 1)) {
        fail(
            "lane %d calls a %s at %s:%d with the mask %08x, which leaves it out", lane, nameOf(kind),
            place.file, place.line, mask);
        abandon();
    }
    warp.exchanging |= 1u << lane;
    if (!haveMet(warp, mask, mask)) {
        waitForOthers();
        return wait.result;
    }
    exchange(warp, mask);
    if (grid.hasFailed) abandon();
    warp.ready &= ~(1u << lane);  // the one that came last goes on at once
    return wait.result;
}

/// Waits until all threads of the block have come.
__attribute__((noinline)) static int meetBlock(Barrier barrier, int value, Place place) {
    int thread = grid.thread;
    Wait &wait = grid.waits[thread];
    wait = Wait{place, Exchange::synchronize, barrier, 0, 0, 0, (uint64_t)(value != 0), 0};
    grid.warps[thread / warpLanes].atBarrier |= 1u << thread % warpLanes;
    waitForOthers();
    return (int)wait.result;
}

template <class T>
static inline T shuffle(Exchange kind, unsigned mask, T value, int argument, int width, Place place) {
    static_assert(sizeof(T) <= sizeof(uint64_t), "shuffles move at most 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = meet(kind, mask, bits, argument, width, place);
    memcpy(&value, &bits, sizeof value);
    return value;
}

}  // namespace emulated

// The file and line of the call, as default arguments know them.
#define EMULATED_PLACE const char *file = __builtin_FILE(), int line = __builtin_LINE()
#define EMULATED_HERE                                                                                        \
    emulated::Place { file, line }

static inline void __syncthreads(EMULATED_PLACE) {
    emulated::meetBlock(emulated::Barrier::plain, 0, EMULATED_HERE);
}
static inline int __syncthreads_or(int value, EMULATED_PLACE) {
    return emulated::meetBlock(emulated::Barrier::any, value, EMULATED_HERE);
}
static inline int __syncthreads_and(int value, EMULATED_PLACE) {
    return emulated::meetBlock(emulated::Barrier::all, value, EMULATED_HERE);
}
static inline int __syncthreads_count(int value, EMULATED_PLACE) {
    return emulated::meetBlock(emulated::Barrier::count, value, EMULATED_HERE);
}
static inline void __syncwarp(unsigned mask = ~0u, EMULATED_PLACE) {
    emulated::meet(emulated::Exchange::synchronize, mask, 0, 0, 32, EMULATED_HERE);
}
template <class T>
static inline T __shfl_sync(unsigned mask, T value, int lane, int width = 32, EMULATED_PLACE) {
    return emulated::shuffle(emulated::Exchange::fromIndex, mask, value, lane, width, EMULATED_HERE);
}
template <class T>
static inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, EMULATED_PLACE) {
    return emulated::shuffle(emulated::Exchange::fromBelow, mask, value, delta, width, EMULATED_HERE);
}
template <class T>
static inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, EMULATED_PLACE) {
    return emulated::shuffle(emulated::Exchange::fromAbove, mask, value, delta, width, EMULATED_HERE);
}
template <class T>
static inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, EMULATED_PLACE) {
    return emulated::shuffle(emulated::Exchange::fromXor, mask, value, lanes, width, EMULATED_HERE);
}
static inline unsigned __ballot_sync(unsigned mask, int vote, EMULATED_PLACE) {
    return emulated::meet(emulated::Exchange::ballot, mask, vote != 0, 0, 32, EMULATED_HERE);
}
static inline int __any_sync(unsigned mask, int vote, EMULATED_PLACE) {
    return __ballot_sync(mask, vote, file, line) != 0;
}
static inline int __all_sync(unsigned mask, int vote, EMULATED_PLACE) {
    return __ballot_sync(mask, vote, file, line) == mask;
}
/// Which lanes run together is the GPU's choice: alone is the answer that the fewest mistakes survive.
static inline unsigned __activemask() { return 1u << emulated::grid.thread % emulated::warpLanes; }

#undef EMULATED_PLACE
#undef EMULATED_HERE
