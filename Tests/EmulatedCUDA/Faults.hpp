#pragma once
#include <functional>
#include <optional>

namespace emulated {

/// A signal during emulated work.
struct Fault {
    int signal;
    const void *address;
};

/// Runs `work`; a bad access in it is returned instead of ending the process.  What `work` holds in its frames
/// is lost then.
std::optional<Fault> runGuarded(const std::function<void()> &work);

}  // namespace emulated
