// Kernels as the libraries call them, and what the compiler's checks report.
#pragma once
#include "threads.h"

namespace emulated {

// MARK: Parameters

template <class T> struct PointerIn {
    static constexpr long offset = -1;
};
template <class T> struct PointerIn<T *> {
    static constexpr long offset = 0;
};
/// Structures like `Rows` hold their pointer in a member `start`.
template <class T, class = void> struct StartIn : PointerIn<T> {};
template <class T> struct StartIn<T, decltype((void)*((T *)nullptr)->start)> {
    static constexpr long offset = __builtin_offsetof(T, start);
};

/// Places the parameters of a kernel one after the other, each at a multiple of its alignment.
template <class... Arguments> struct Parameters {
    Parameter all[sizeof...(Arguments) + 1];
    constexpr Parameters() : all{} {
        constexpr size_t sizes[] = {sizeof(Arguments)..., 0}, alignments[] = {alignof(Arguments)..., 1};
        constexpr long pointers[] = {StartIn<Arguments>::offset..., -1};
        size_t offset = 0;
        for (size_t index = 0; index < sizeof...(Arguments); index++) {
            offset = (offset + alignments[index] - 1) / alignments[index] * alignments[index];
            all[index] = Parameter{sizes[index], offset, pointers[index]};
            offset += sizes[index];
        }
    }
};

template <size_t... index> struct Positions {};
template <class Integer, Integer... index> using ToPositions = Positions<index...>;

template <auto function> struct Entry;
template <class... Arguments, void (*function)(Arguments...)> struct Entry<function> {
    static constexpr Parameters<Arguments...> parameters{};

    template <size_t... index> static void call(void *const *arguments, Positions<index...>) {
        function(*(Arguments *)arguments[index]...);
    }
    static void body(void *const *arguments) {
        call(arguments, __make_integer_seq<ToPositions, size_t, sizeof...(Arguments)>());
    }
    static void run(const Launch &launch) { emulated::run(launch, body); }
    static constexpr Kernel kernel(const char *name, unsigned maximumThreads) {
        return Kernel{name, run, parameters.all, sizeof...(Arguments), maximumThreads};
    }
};

/// The first of the numbers of `__launch_bounds__`.
constexpr unsigned bounds(unsigned threads = 0, unsigned = 0, unsigned = 0) { return threads; }

// MARK: The compiler's checks

// What clang passes to the functions that its checks call.
struct CheckedPlace {
    const char *file;
    uint32_t line, column;
};
struct CheckedType {
    uint16_t kind, information;
    char name[1];
};
struct CheckedAccess {
    CheckedPlace place;
    const CheckedType *type;
    uint8_t alignmentBits, kind;
};
struct CheckedIndex {
    CheckedPlace place;
    const CheckedType *array, *index;
};

}  // namespace emulated

extern "C" {
__attribute__((noreturn, visibility("hidden"))) void
__ubsan_handle_type_mismatch_v1_abort(emulated::CheckedAccess *access, size_t address) {
    emulated::fail(
        "misaligned access to %s at %s:%u: address %#zx is no multiple of %d", access->type->name,
        access->place.file, access->place.line, address, 1 << access->alignmentBits);
    emulated::abandon();
}
__attribute__((noreturn, visibility("hidden"))) void
__ubsan_handle_out_of_bounds_abort(emulated::CheckedIndex *index, size_t value) {
    emulated::fail(
        "index %lld is outside %s at %s:%u", (long long)value, index->array->name, index->place.file,
        index->place.line);
    emulated::abandon();
}
__attribute__((noreturn, visibility("hidden"))) void
__ubsan_handle_divrem_overflow_abort(emulated::CheckedPlace *place, size_t, size_t) {
    emulated::fail("integer division by zero at %s:%u", place->file, place->line);
    emulated::abandon();
}
}
