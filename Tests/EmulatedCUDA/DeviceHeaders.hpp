#pragma once
#include <vector>

namespace emulated {

/// A header in front of every kernel source, from the folder `device`.
struct DeviceHeader {
    const char *name;
    const char *text;
};

const std::vector<DeviceHeader> &deviceHeaders();

}  // namespace emulated
