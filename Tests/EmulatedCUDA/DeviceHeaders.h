/// The headers in front of every kernel source, as they are in the folder `device`.
#ifndef DEVICE_HEADERS_H
#define DEVICE_HEADERS_H

#ifdef __cplusplus
extern "C" {
#endif

struct EmulatedHeader {
    const char *name;
    const char *text;
};
/// Ends with a name of NULL.
extern const struct EmulatedHeader emulated_device_headers[];

#ifdef __cplusplus
}
#endif
#endif
