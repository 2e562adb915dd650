// What the emulated machine tells tests.
#include "EmulatedCUDA.h"
#include "Blas.hpp"
#include "Export.hpp"
#include "KernelImage.hpp"
#include "Machine.hpp"
#include "Program.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace emulated {

namespace {

std::string quoted(const std::string &text) {
    std::string json = "\"";
    for (unsigned char byte : text) {
        char escaped[8];
        snprintf(
            escaped, sizeof escaped,
            byte < 0x20                       ? "\\u%04x"
                : byte == '"' || byte == '\\' ? "\\%c"
                                              : "%c",
            byte);
        json += escaped;
    }
    return json + "\"";
}

/// One JSON object, member by member.
class Members {
public:
    Members &add(const char *name, const std::string &json) {
        text += (text.empty() ? "" : ", ") + quoted(name) + ": " + json;
        return *this;
    }
    Members &add(const char *name, uint64_t number) { return add(name, std::to_string(number)); }
    std::string json() const { return "{" + text + "}"; }

private:
    std::string text;
};

/// Writes the report when the process ends, if somebody asked for it.
__attribute__((destructor)) void writeReport() {
    const char *asked = getenv("EMULATED_CUDA_REPORT");
    if (asked && *asked) std::ofstream(asked) << Machine::shared().report() << '\n';
}

}  // namespace

std::string Machine::report() {
    uint64_t pooled = 0, used = 0, peak = 0, reserved = 0;
    for (auto &device : devices) {
        pooled += device->pool.used;
        used += device->used + device->pool.used;
        peak += device->peak;
        reserved += device->pool.reserved;
    }
    Members live;
    live.add("allocations", memory.liveCount())
        .add("pinnedBlocks", pinned.size())
        .add("streams", streams.size());
    live.add("events", events.size()).add("blasHandles", blas.size()).add("modules", modules.size());
    live.add("programs", programs.size())
        .add("graphs", graphs.size())
        .add("executableGraphs", executables.size());
    Members memoryMembers;
    memoryMembers.add("used", used).add("peak", peak).add("pooled", pooled).add("poolReserved", reserved);
    memoryMembers.add("pinned", pinnedBytes()).add("pinnedPeak", counts.pinnedPeak);
    Members launches;
    for (auto &entry : counts.launches) launches.add(entry.first.c_str(), entry.second);
    std::string list;
    for (const std::string &sentence : errors) list += (list.empty() ? "" : ", ") + quoted(sentence);
    Members all;
    all.add("live", live.json()).add("memory", memoryMembers.json()).add("launches", launches.json());
    all.add("products", counts.products)
        .add("copies", counts.copies)
        .add("graphLaunches", counts.graphLaunches);
    all.add("synchronisations", counts.synchronisations).add("failure", uint64_t(failure));
    return all.add("errors", "[" + list + "]").json();
}

}  // namespace emulated

using namespace emulated;

EXPORT char *emulated_cuda_report() {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    return strdup(machine.report().c_str());
}

EXPORT int emulated_cuda_set(const char *name, const char *value) {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    bool isKnown = machine.settings.set(name, value);
    machine.makeDevices();
    return isKnown;
}

EXPORT void emulated_cuda_reset() {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    machine.reset();
}
