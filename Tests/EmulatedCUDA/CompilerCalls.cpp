// libnvrtc.
#include "EmulatedCUDA.h"
#include "Export.hpp"
#include "KernelCompiler.hpp"
#include "Machine.hpp"
#include "Program.hpp"

#include <algorithm>
#include <cstring>

using namespace emulated;

namespace {

enum Result : int {
    done = 0,
    invalidProgram = 4,
    invalidOption = 5,
    compilation = 6,
    builtinFailure = 7,
};

/// What NVRTC 12.8 compiles for.
constexpr int architectures[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90, 100, 101, 120};

/// Prefixes of options that change nothing here.
constexpr const char *harmless[] = {
    "--std=",
    "-std=",
    "--include-path=",
    "-I",
    "--ptxas-options",
    "-Xptxas",
    "--generate-line-info",
    "-lineinfo",
    "--device-as-default-execution-space",
    "-default-device",
    "--maxrregcount=",
    "--ftz=",
    "--prec-div=",
    "--prec-sqrt=",
    "--diag-",
    "--disable-warnings",
    "-w",
    "--dopt",
    "--restrict"};

bool starts(const std::string &text, const char *with) { return text.rfind(with, 0) == 0; }

/// Takes `sm_80` or `compute_80`.
bool setArchitecture(const std::string &word, KernelBuild &build) {
    size_t line = word.find('_');
    if (line == std::string::npos) return false;
    build.isMachineCode = starts(word, "sm_");
    build.architecture = atoi(word.c_str() + line + 1);
    return std::find(std::begin(architectures), std::end(architectures), build.architecture)
        != std::end(architectures);
}

/// - Returns: false for an option that NVRTC does not know.
bool setOption(const std::string &option, KernelBuild &build) {
    for (const char *name : {"--gpu-architecture=", "-arch="})
        if (starts(option, name)) return setArchitecture(option.substr(strlen(name)), build);
    if (starts(option, "-D") || starts(option, "-U")) {
        build.definitions.push_back(option);
        return true;
    }
    if (starts(option, "--define-macro=")) {
        build.definitions.push_back("-D" + option.substr(strlen("--define-macro=")));
        return true;
    }
    if (starts(option, "--fmad=") || starts(option, "-fmad=")) {
        build.fuses = option.find("true") != std::string::npos;
        return true;
    }
    return std::any_of(
        std::begin(harmless), std::end(harmless), [&](auto prefix) { return starts(option, prefix); });
}

template <class Body> int programCall(void *handle, Body body) {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    auto found = machine.programs.find(static_cast<Program *>(handle));
    if (found == machine.programs.end()) return invalidProgram;
    return body(machine, *found->second);
}

int copyImage(Program &program, char *image) {
    memcpy(image, program.image.data(), program.image.size());
    return done;
}

}  // namespace

EXPORT int nvrtcVersion(int *major, int *minor) {
    *major = 12;
    *minor = 8;
    return done;
}

EXPORT int nvrtcGetNumSupportedArchs(int *count) {
    *count = int(std::size(architectures));
    return done;
}

EXPORT int nvrtcGetSupportedArchs(int *values) {
    std::copy(std::begin(architectures), std::end(architectures), values);
    return done;
}

EXPORT int nvrtcCreateProgram(
    void **handle, const char *source, const char *name, int, const char *const *, const char *const *) {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    auto program = std::make_unique<Program>();
    program->source = source;
    program->name = name ? name : "default_program";
    *handle = machine.adopt(machine.programs, std::move(program));
    return done;
}

EXPORT int nvrtcDestroyProgram(void **handle) {
    int result = programCall(*handle, [](Machine &machine, Program &program) {
        machine.programs.erase(&program);
        return done;
    });
    *handle = nullptr;
    return result;
}

EXPORT int nvrtcCompileProgram(void *handle, int count, const char *const *options) {
    return programCall(handle, [&](Machine &machine, Program &program) -> int {
        KernelBuild build;
        build.source = program.source;
        build.name = program.name;
        for (int index = 0; index < count; index++) {
            if (setOption(options[index], build)) continue;
            program.log = std::string("nvrtc: error: invalid value for or unknown option ") + options[index];
            return invalidOption;
        }
        KernelBuildResult result = KernelCompiler(machine.settings).build(build);
        program.log = result.log;
        program.image = result.image;
        program.isMachineCode = build.isMachineCode;
        if (!result.image.empty()) return done;
        return result.lacksCompiler ? builtinFailure : compilation;
    });
}

EXPORT int nvrtcGetProgramLogSize(void *handle, size_t *bytes) {
    return programCall(handle, [&](Machine &, Program &program) {
        *bytes = program.log.size() + 1;
        return done;
    });
}

EXPORT int nvrtcGetProgramLog(void *handle, char *log) {
    return programCall(handle, [&](Machine &, Program &program) {
        memcpy(log, program.log.c_str(), program.log.size() + 1);
        return done;
    });
}

EXPORT int nvrtcGetCUBINSize(void *handle, size_t *bytes) {
    return programCall(handle, [&](Machine &, Program &program) {
        *bytes = program.isMachineCode ? program.image.size() : 0;
        return done;
    });
}

EXPORT int nvrtcGetCUBIN(void *handle, char *image) {
    return programCall(handle, [&](Machine &, Program &program) {
        return program.isMachineCode ? copyImage(program, image) : int(invalidProgram);
    });
}

EXPORT int nvrtcGetPTXSize(void *handle, size_t *bytes) {
    return programCall(handle, [&](Machine &, Program &program) {
        *bytes = program.image.size();
        return done;
    });
}

EXPORT int nvrtcGetPTX(void *handle, char *text) {
    return programCall(handle, [&](Machine &, Program &program) { return copyImage(program, text); });
}

EXPORT const char *nvrtcGetErrorString(int result) {
    switch (result) {
    case done: return "NVRTC_SUCCESS";
    case invalidProgram: return "NVRTC_ERROR_INVALID_PROGRAM";
    case invalidOption: return "NVRTC_ERROR_INVALID_OPTION";
    case compilation: return "NVRTC_ERROR_COMPILATION";
    case builtinFailure: return "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE";
    default: return "NVRTC_ERROR unknown";
    }
}

EXPORT char *emulated_cuda_compiler() {
    std::string path = KernelCompiler::find(Machine::shared().settings);
    return path.empty() ? nullptr : strdup(path.c_str());
}
