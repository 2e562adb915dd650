#include "KernelCompiler.hpp"

#include "DeviceHeaders.hpp"
#include "KernelSource.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace emulated {

namespace files = std::filesystem;

namespace {

std::string contents(const files::path &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write(const files::path &path, const std::string &text) {
    std::ofstream(path, std::ios::binary) << text;
}

/// The line of /proc/cpuinfo that says what the processor can do: images are made for it.
std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line))
        if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) return line;
    return {};
}

/// 128 bits of a text (FNV-1a from two starts), in hexadecimal.
std::string fingerprint(const std::string &text) {
    uint64_t halves[] = {0xcbf29ce484222325, 0x84222325cbf29ce4};
    for (uint64_t &half : halves)
        for (unsigned char byte : text) half = (half ^ byte) * 0x100000001b3 + (half >> 47);
    char digits[40];
    snprintf(
        digits, sizeof digits, "%016llx%016llx", (unsigned long long)halves[0],
        (unsigned long long)halves[1]);
    return digits;
}

/// A folder that only this user can write to; empty if there cannot be one.
files::path cacheFolder() {
    std::error_code error;
    files::path folder = files::temp_directory_path(error);
    if (error) folder = "/tmp";
    folder /= "emulated-cuda-" + std::to_string(getuid());
    mkdir(folder.c_str(), 0700);
    struct stat status;
    bool isOwn = lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == getuid()
        && !(status.st_mode & 022);
    return isOwn ? folder : files::path();
}

/// Holds a file's lock, so that of several processes one compiles and the others wait for it.
class FileLock {
public:
    explicit FileLock(const files::path &path)
        : descriptor(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        while (descriptor >= 0 && flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {}
    }
    ~FileLock() {
        if (descriptor >= 0) close(descriptor);
    }
    FileLock(const FileLock &) = delete;

private:
    int descriptor;
};

/// Runs a command whose messages are appended to `log`.
bool run(const std::vector<std::string> &words, const files::path &log) {
    std::vector<char *> arguments;
    for (const std::string &word : words) arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(
        &actions, STDERR_FILENO, log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child = 0;
    int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) return false;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::string KernelCompiler::find(const Settings &settings) {
    if (!settings.compiler.empty())
        return access(settings.compiler.c_str(), X_OK) == 0 ? settings.compiler : "";
    const char *path = getenv("PATH");
    std::istringstream folders(path ? path : "");
    std::string folder;
    // Swift's toolchain brings a clang++, which lies beside the program that `swift` leads to.
    std::string besideSwift;
    while (std::getline(folders, folder, ':')) {
        std::string candidate = folder + "/clang++";
        if (access(candidate.c_str(), X_OK) == 0) return candidate;
        std::error_code error;
        files::path swift = files::canonical(folder + "/swift", error);
        candidate = swift.parent_path() / "clang++";
        if (!error && besideSwift.empty() && access(candidate.c_str(), X_OK) == 0) besideSwift = candidate;
    }
    return besideSwift;
}

KernelCompiler::KernelCompiler(const Settings &settings) : compiler(find(settings)), patch(settings.patch) {}

std::vector<std::string> KernelCompiler::flags(const KernelBuild &build) const {
    std::vector<std::string> flags = {
        compiler, "-std=c++17", "-O2", "-march=native", "-w", "-fPIC", "-fvisibility=hidden",
        "-fno-exceptions", "-fno-rtti", "-fno-math-errno",
        build.fuses ? "-ffp-contract=fast" : "-ffp-contract=off",
        // What a GPU faults on and a processor does not, and what neither does.
        "-fsanitize=alignment,array-bounds,integer-divide-by-zero", "-fno-sanitize-recover=all",
        "-fno-sanitize-link-runtime"};
    return flags;
}

std::string
KernelCompiler::compile(const KernelBuild &build, const std::string &folder, std::string &log) const {
    files::path place(folder), messages = place / "log";
    std::string first =
        "#include \"functions.h\"\n#include \"language.h\"\n#include \"warps.h\"\n#include \"kernels.h\"\n";
    for (const DeviceHeader &header : deviceHeaders()) write(place / header.name, header.text);
    write(
        place / "kernels.cpp", first + "#line 1 \"" + build.name + "\"\n" + withDynamicMemory(build.source));
    std::vector<std::string> words = flags(build);
    std::vector<std::string> preprocess = words, translate = words;
    preprocess.insert(preprocess.end(), build.definitions.begin(), build.definitions.end());
    std::string architecture = "-D__CUDA_ARCH__=" + std::to_string(build.architecture * 10);
    for (const std::string &word :
         {std::string("-DCUDA_EMULATOR=1"), architecture, std::string("-D__CUDACC_RTC__=1"),
          std::string("-E"), "-o" + folder + "/kernels.ii", folder + "/kernels.cpp"})
        preprocess.push_back(word);
    bool isDone = run(preprocess, messages);
    if (isDone) {
        std::string text = withStaticMemory(contents(place / "kernels.ii"));
        text += imageTable(findKernels(text), build.architecture, build.isMachineCode);
        write(place / "table.ii", text);
        for (const std::string &word :
             {std::string("-shared"), std::string("-nostdlib++"), std::string("-x"),
              std::string("c++-cpp-output"), folder + "/table.ii", "-o" + folder + "/image.so",
              std::string("-lm")})
            translate.push_back(word);
        isDone = run(translate, messages);
    }
    log = contents(messages);
    return isDone ? contents(place / "image.so") : std::string();
}

KernelBuildResult KernelCompiler::build(const KernelBuild &asked) const {
    if (compiler.empty())
        return {
            {},
            "emulated NVRTC: kernels cannot be compiled: clang++ is neither in PATH nor beside swift",
            true};
    KernelBuild build = asked;
    if (!patch.empty())
        if (std::string wrong = applyPatch(patch, build.source); !wrong.empty()) return {{}, wrong, false};
    files::path cache = cacheFolder();
    if (cache.empty()) return {{}, "emulated NVRTC: there is no folder for temporary files", true};
    std::error_code error;
    std::string all = build.source + '\0' + build.name + '\0' + processor() + '\0'
        + std::to_string(files::file_size(compiler, error)) + '\0' + std::to_string(build.architecture)
        + (build.isMachineCode ? "sm" : "compute");
    for (const std::string &word : flags(build)) all += '\0' + word;
    for (const std::string &word : build.definitions) all += '\0' + word;
    for (const DeviceHeader &header : deviceHeaders()) all += header.text;
    files::path image = cache / (fingerprint(all) + ".so"), locked = image;
    locked.replace_extension("lock");
    FileLock lock(locked);
    KernelBuildResult result;
    result.image = contents(image);
    if (!result.image.empty()) return result;
    std::string folder = (cache / "XXXXXX").string();
    if (!mkdtemp(folder.data())) return {{}, "emulated NVRTC: " + folder + " cannot be made", true};
    result.image = compile(build, folder, result.log);
    // Whoever reads finds the whole image or none.
    if (!result.image.empty()) files::rename(files::path(folder) / "image.so", image, error);
    files::remove_all(folder, error);
    return result;
}

}  // namespace emulated
