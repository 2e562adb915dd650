#pragma once

namespace emulated {

/// Numbers of errors that the runtime (`cudaError`) and the driver (`CUresult`) share or have of their own.
enum Error : int {
    success = 0,
    invalidValue = 1,
    outOfMemory = 2,
    insufficientDriver = 35,
    deviceUnavailable = 46,
    noDevice = 100,
    invalidDevice = 101,
    invalidImage = 200,
    invalidContext = 201,
    noBinary = 209,
    invalidHandle = 400,
    notFound = 500,
    notReady = 600,
    illegalAddress = 700,
    launchFailure = 719,
    notSupported = 801,
    captureUnsupported = 900,
    captureInvalidated = 901,
    captureUnmatched = 903,
    captureImplicit = 906,
    capturedEvent = 907,
    captureWrongThread = 908,
};

/// Ends a call with a number.
struct Failure {
    Error error;
};

struct ErrorText {
    Error error;
    const char *runtimeName, *driverName, *text;
};

/// Names and sentences as NVIDIA's libraries have them.
const ErrorText &errorText(int error);

}  // namespace emulated
