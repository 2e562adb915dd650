#pragma once

/// A function that NVIDIA's libraries export.
#define EXPORT extern "C" __attribute__((visibility("default")))
