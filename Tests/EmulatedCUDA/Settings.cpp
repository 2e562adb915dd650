#include "Settings.hpp"

#include <cstdlib>

namespace emulated {

namespace {

template <class Number> bool read(const std::string &text, Number &number) {
    char *end = nullptr;
    unsigned long long value = strtoull(text.c_str(), &end, 10);
    if (text.empty() || *end) return false;
    number = Number(value);
    return true;
}

bool read(const std::string &text, Order &order) {
    if (text == "forward")
        order = Order::forward;
    else if (text == "reversed")
        order = Order::reversed;
    else if (text == "shuffled")
        order = Order::shuffled;
    else
        return false;
    return true;
}

bool read(const std::string &text, std::string &value) {
    value = text;
    return true;
}

}  // namespace

bool Settings::set(const std::string &name, const std::string &value) {
    if (name == "MEMORY") return read(value, memory);
    if (name == "DEVICES") return read(value, devices);
    if (name == "ARCHITECTURE") return read(value, architecture);
    if (name == "DRIVER") return read(value, driver);
    if (name == "BUSY") return read(value, isBusy);
    if (name == "POOLS") return read(value, hasPools);
    if (name == "STRICT") return read(value, isStrict);
    if (name == "ORDER") return read(value, order);
    if (name == "SEED") return read(value, seed);
    if (name == "LOG") return read(value, logs);
    if (name == "REPORT") return read(value, report);
    if (name == "PATCH") return read(value, patch);
    if (name == "COMPILER") return read(value, compiler);
    return false;
}

Settings Settings::fromEnvironment() {
    Settings settings;
    for (const char *name :
         {"MEMORY", "DEVICES", "ARCHITECTURE", "DRIVER", "BUSY", "POOLS", "STRICT", "ORDER", "SEED", "LOG",
          "REPORT", "PATCH", "COMPILER"}) {
        const char *value = getenv((std::string("EMULATED_CUDA_") + name).c_str());
        if (value && *value) settings.set(name, value);
    }
    return settings;
}

}  // namespace emulated
