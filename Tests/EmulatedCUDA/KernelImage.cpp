#include "KernelImage.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <sys/mman.h>
#include <unistd.h>

namespace emulated {

namespace {

constexpr size_t page = 4096, stackBytes = 64 * 1024, sharedBytes = 256 * 1024;

char *map(size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (mapped == MAP_FAILED) {
        perror("emulated CUDA: no memory for threads");
        abort();
    }
    return static_cast<char *>(mapped);
}

/// Where an ELF file in memory ends, which is after its table of sections.
size_t bytesOfImage(const void *image) {
    auto header = static_cast<const Elf64_Ehdr *>(image);
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return 0;
    return header->e_shoff + size_t(header->e_shnum) * header->e_shentsize;
}

}  // namespace

std::string Module::load(const void *bytes) {
    size_t count = bytesOfImage(bytes);
    if (!count) return "not a compiled image";
    // A fresh name each time: a name that was opened before would give the older image.
    std::string path = (std::filesystem::temp_directory_path() / "emulated-cuda-XXXXXX").string();
    int descriptor = mkstemp(path.data());
    if (descriptor < 0) return "no temporary file for the image";
    close(descriptor);
    std::ofstream(path, std::ios::binary).write(static_cast<const char *>(bytes), std::streamsize(count));
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    std::string wrong = library ? "" : dlerror();
    unlink(path.c_str());
    if (!library) return wrong;
    image = static_cast<const Image *>(dlsym(library, "emulated_image"));
    return image ? "" : "the image has no table of kernels";
}

Module::~Module() {
    if (library) dlclose(library);
}

Stage::Stage() : stacks(map(maximumThreads * stackBytes)) {
    for (size_t index = 0; index < maximumThreads; index++)
        mprotect(stacks + index * stackBytes, page, PROT_NONE);
    char *shared = map(sharedBytes + 3 * page);
    mprotect(shared, page, PROT_NONE);
    sharedEnd = shared + sharedBytes + 2 * page;
    mprotect(sharedEnd, page, PROT_NONE);
}

std::string Stage::run(
    const Kernel &kernel, const unsigned grid[3], const unsigned block[3], void *const *arguments,
    unsigned shared, Order order, unsigned seed) {
    char message[512] = "";
    Launch launch{};
    launch.kernel = kernel.name;
    std::copy_n(grid, 3, launch.grid);
    std::copy_n(block, 3, launch.block);
    launch.arguments = arguments;
    launch.dynamicMemory = sharedEnd - (shared + 15) / 16 * 16;
    launch.dynamicBytes = shared;
    launch.stacks = stacks;
    launch.stackBytes = stackBytes;
    launch.order = order;
    launch.seed = seed;
    launch.message = message;
    launch.messageBytes = sizeof message;
    kernel.run(launch);
    return message;
}

}  // namespace emulated
