#include "DeviceHeaders.h"

static const char image[] = {
#embed "device/image.h"
    , 0};
static const char change[] = {
#embed "device/switch.h"
    , 0};
static const char threads[] = {
#embed "device/threads.h"
    , 0};
static const char warps[] = {
#embed "device/warps.h"
    , 0};
static const char language[] = {
#embed "device/language.h"
    , 0};
static const char functions[] = {
#embed "device/functions.h"
    , 0};
static const char kernels[] = {
#embed "device/kernels.h"
    , 0};

const struct EmulatedHeader emulated_device_headers[] = {
    {"image.h", image},         {"switch.h", change},       {"threads.h", threads}, {"warps.h", warps},
    {"language.h", language},   {"functions.h", functions}, {"kernels.h", kernels}, {0, 0},
};
