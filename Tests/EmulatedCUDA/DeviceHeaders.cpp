#include "DeviceHeaders.hpp"

namespace emulated {

namespace {

const unsigned char image[] = {
#embed "device/image.h"
    , 0};
const unsigned char change[] = {
#embed "device/switch.h"
    , 0};
const unsigned char threads[] = {
#embed "device/threads.h"
    , 0};
const unsigned char warps[] = {
#embed "device/warps.h"
    , 0};
const unsigned char language[] = {
#embed "device/language.h"
    , 0};
const unsigned char functions[] = {
#embed "device/functions.h"
    , 0};
const unsigned char kernels[] = {
#embed "device/kernels.h"
    , 0};

const char *text(const unsigned char *bytes) { return reinterpret_cast<const char *>(bytes); }

}  // namespace

const std::vector<DeviceHeader> &deviceHeaders() {
    static const std::vector<DeviceHeader> headers = {
        {"image.h", text(image)},
        {"switch.h", text(change)},
        {"threads.h", text(threads)},
        {"warps.h", text(warps)},
        {"language.h", text(language)},
        {"functions.h", text(functions)},
        {"kernels.h", text(kernels)},
    };
    return headers;
}

}  // namespace emulated
