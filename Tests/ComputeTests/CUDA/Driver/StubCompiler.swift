import Foundation
import XCTest

/// Builds the libraries that `StubLibraries` hands out, from CCUDA's own list of functions.
enum StubCompiler {
    /// A built library; each kind is built once.
    ///
    /// - Throws: `XCTSkip` without a C compiler.
    static func library(lacking function: String?) throws -> URL {
        try cache.library(lacking: function)
    }

    private static let cache = Cache()

    private final class Cache: @unchecked Sendable {
        private let lock = NSLock()
        private var built: [String?: URL] = [:]
        private lazy var folder = Result { try TestFolder.make() }

        init() { atexit { StubCompiler.cache.remove() } }

        func remove() {
            if let folder = try? folder.get() { try? FileManager.default.removeItem(at: folder) }
        }

        func library(lacking function: String?) throws -> URL {
            lock.lock()
            defer { lock.unlock() }
            if let file = built[function] { return file }
            let folder = try self.folder.get()
            let plain = folder.appendingPathComponent("plain.c")
            let telling = folder.appendingPathComponent("telling.c")
            try plainFunctions.write(to: plain, atomically: true, encoding: .utf8)
            try tellingFunctions.write(to: telling, atomically: true, encoding: .utf8)
            let file = folder.appendingPathComponent("\(built.count).so")
            try CCompiler.run(
                ["-shared", "-fPIC", "-w", "-std=gnu17", "-I", TestFolder.sources.path]
                    + (function.map { ["-D\($0)=stub_renamed"] } ?? [])
                    + [plain.path, telling.path, "-o", file.path])
            built[function] = file
            return file
        }
    }

    /// Every function that is used, answering with what was set, 0 otherwise.
    private static let plainFunctions = """
        long stub_result(const char *name);
        void stub_note(const char *format, ...);
        #define ANSWER(name) \\
            __attribute__((weak)) long name(void) { stub_note("%s", #name); return stub_result(#name); }
        #define REQUIRED(library, result, name, parameters) ANSWER(name)
        #define OPTIONAL(library, since, result, name, parameters) ANSWER(name)
        #include "functions.h"
        """

    /// Those that write something, or whose arguments matter.
    private static let tellingFunctions = """
        #include <stdarg.h>
        #include <stdio.h>
        #include <string.h>

        static char notes[1 << 16], taken[1 << 16];
        static struct { char name[64]; long value; } table[64];
        static int count;

        void stub_note(const char *format, ...) {
            size_t length = strlen(notes);
            va_list values;
            va_start(values, format);
            vsnprintf(notes + length, sizeof notes - length - 1, format, values);
            va_end(values);
            strcat(notes, "\\n");
        }
        const char *stub_take_notes(void) { strcpy(taken, notes); notes[0] = 0; return taken; }
        void stub_set(const char *name, long value) {
            int i = 0;
            while (i < count && strcmp(table[i].name, name)) i++;
            if (i == count) strcpy(table[count++].name, name);
            table[i].value = value;
        }
        static long value(const char *name, long otherwise) {
            for (int i = 0; i < count; i++) if (!strcmp(table[i].name, name)) return table[i].value;
            return otherwise;
        }
        long stub_result(const char *name) { return value(name, 0); }
        #define RESULT stub_result(__func__)

        int cuDriverGetVersion(int *v) { *v = value("driver version", 12080); return RESULT; }
        int cuDeviceGetCount(int *n) { *n = value("devices", 1); return RESULT; }
        int cudaGetDeviceCount(int *n) { *n = value("devices", 1); return RESULT; }
        int cuDeviceGetName(char *text, int length, int d) {
            snprintf(text, length, "Stub %d", d); return RESULT;
        }
        int cuDeviceGet(int *d, int number) { *d = number; return RESULT; }
        int cuDeviceTotalMem_v2(size_t *bytes, int d) { *bytes = value("memory", 80L << 30); return RESULT; }
        int cuCtxGetCurrent(void **context) { *context = (void *)value("context", 1); return RESULT; }
        int cuModuleLoadData(void **module, const void *image) { *module = (void *)1; return RESULT; }
        int cuModuleGetFunction(void **f, void *module, const char *name) { *f = (void *)1; return RESULT; }
        // Two parameters: a pointer and a number.
        int cuFuncGetParamInfo(void *f, size_t i, size_t *offset, size_t *size) {
            if (i > 1) return 1;
            *offset = 8 * i; *size = i ? 4 : 8; return RESULT;
        }
        int cuFuncSetAttribute(void *f, int name, int x) { stub_note("%s %d %d", __func__, name, x); return RESULT; }
        int cuLaunchKernel(void *f, unsigned x, unsigned y, unsigned z, unsigned bx, unsigned by, unsigned bz,
                           unsigned shared, void *s, void **a, void **e) {
            stub_note("%s %u %u %u %u %u %u %u", __func__, x, y, z, bx, by, bz, shared); return RESULT;
        }
        int cuGetErrorString(int e, const char **text) { *text = "words of the driver"; return 0; }
        int cuGetErrorName(int e, const char **text) { *text = "CUDA_ERROR_STUB"; return 0; }
        const char *cudaGetErrorString(int e) { return "words of the runtime"; }
        const char *cudaGetErrorName(int e) { return "cudaErrorStub"; }

        int cudaRuntimeGetVersion(int *v) { *v = value("runtime version", 12040); return RESULT; }
        int cudaDeviceGetAttribute(int *v, int name, int d) {
            char key[32];
            snprintf(key, sizeof key, "attribute %d", name);
            *v = value(key, 0);
            return *v < 0 ? 1 : RESULT;
        }
        int cudaMemGetInfo(size_t *free, size_t *total) {
            *free = value("free memory", 3L << 29); *total = value("memory", 80L << 30); return RESULT;
        }
        int cudaMalloc(void **p, size_t n) { stub_note("%s %zu", __func__, n); *p = (void *)64; return RESULT; }
        int cudaMallocHost(void **p, size_t n) { stub_note("%s %zu", __func__, n); *p = (void *)64; return RESULT; }
        int cudaMallocAsync(void **p, size_t n, void *s) {
            stub_note("%s %zu", __func__, n); *p = (void *)64; return RESULT;
        }
        int cudaMemcpyAsync(void *t, const void *f, size_t n, int kind, void *s) {
            stub_note("%s %zu %d", __func__, n, kind); return RESULT;
        }
        int cudaMemcpy2DAsync(void *t, size_t tp, const void *f, size_t fp, size_t w, size_t h, int kind, void *s) {
            stub_note("%s %zu %zu %zu %zu %d", __func__, tp, fp, w, h, kind); return RESULT;
        }
        int cudaMemsetAsync(void *t, int v, size_t n, void *s) { stub_note("%s %d %zu", __func__, v, n); return RESULT; }
        int cudaMemPoolGetAttribute(void *pool, int name, void *v) {
            char key[32];
            snprintf(key, sizeof key, "pool %d", name);
            *(unsigned long long *)v = value(key, 0);
            return RESULT;
        }
        int cudaMemPoolSetAttribute(void *pool, int name, void *v) {
            stub_note("%s %d %llu", __func__, name, *(unsigned long long *)v); return RESULT;
        }
        int cudaMemPoolTrimTo(void *pool, size_t n) { stub_note("%s %zu", __func__, n); return RESULT; }
        int cudaStreamCreateWithFlags(void **s, unsigned flags) {
            stub_note("%s %u", __func__, flags); *s = (void *)1; return RESULT;
        }
        int cudaEventCreateWithFlags(void **e, unsigned flags) {
            stub_note("%s %u", __func__, flags); *e = (void *)1; return RESULT;
        }
        int cudaStreamBeginCapture(void *s, int mode) { stub_note("%s %d", __func__, mode); return RESULT; }
        int cudaStreamEndCapture(void *s, void **g) { stub_note(__func__); *g = RESULT ? 0 : (void *)1; return RESULT; }
        int cudaGraphInstantiateWithFlags(void **x, void *g, unsigned long long flags) {
            stub_note("%s %llu", __func__, flags); *x = (void *)2; return RESULT;
        }

        int cublasCreate_v2(void **h) { stub_note(__func__); *h = (void *)1; return RESULT; }
        int cublasGetProperty(int name, int *v) { *v = name == 0 ? 12 : name == 1 ? 4 : 5; return RESULT; }
        const char *cublasGetStatusString(int status) { return "words of cuBLAS"; }
        int cublasSetWorkspace_v2(void *h, void *w, size_t n) { stub_note("%s %zu", __func__, n); return RESULT; }
        int cublasSetMathMode(void *h, int mode) { stub_note("%s %d", __func__, mode); return RESULT; }
        int cublasGemmEx(void *h, int ta, int tb, int m, int n, int k, const float *alpha, void *a, int at, int lda,
                         void *b, int bt, int ldb, const float *beta, void *c, int ct, int ldc, int compute, int how) {
            stub_note("%s %d %d %d %d %d %g %g types %d %d %d ld %d %d %d compute %d %d", __func__, ta, tb, m, n, k,
                      *alpha, *beta, at, bt, ct, lda, ldb, ldc, compute, how);
            return RESULT;
        }
        int cublasGemmStridedBatchedEx(
            void *h, int ta, int tb, int m, int n, int k, const float *alpha, void *a, int at, int lda, long long sa,
            void *b, int bt, int ldb, long long sb, const float *beta, void *c, int ct, int ldc, long long sc,
            int count, int compute, int how) {
            stub_note("%s %d %d %d %d %d %g %g types %d %d %d ld %d %d %d strides %lld %lld %lld × %d compute %d %d",
                      __func__, ta, tb, m, n, k, *alpha, *beta, at, bt, ct, lda, ldb, ldc, sa, sb, sc, count,
                      compute, how);
            return RESULT;
        }

        // An architecture is a bit of two numbers: those from 50 to 99, and those from 100.
        static int architectures(int *list) {
            long early = value("architectures from 50", (1L << 20) | (1L << 30) | (1L << 40));
            long late = value("architectures from 100", 0);
            int n = 0;
            for (int i = 0; i < 50; i++) if (early >> i & 1) { if (list) list[n] = 50 + i; n++; }
            for (int i = 0; i < 50; i++) if (late >> i & 1) { if (list) list[n] = 100 + i; n++; }
            return n;
        }
        int nvrtcVersion(int *major, int *minor) { *major = 12; *minor = 4; return RESULT; }
        int nvrtcGetNumSupportedArchs(int *n) { *n = architectures(0); return RESULT; }
        int nvrtcGetSupportedArchs(int *list) { architectures(list); return RESULT; }
        int nvrtcCreateProgram(void **p, const char *s, const char *n, int c, void *h, void *i) {
            stub_note("%s %s", __func__, n); *p = (void *)1; return RESULT;
        }
        int nvrtcCompileProgram(void *p, int n, const char **options) {
            for (int i = 0; i < n; i++) stub_note("%s %s", __func__, options[i]);
            return RESULT;
        }
        static const char log[] = "line 1: warning: odd\\nline 2: error: wrong\\nline 3: error: worse\\n";
        int nvrtcGetProgramLogSize(void *p, size_t *n) { *n = value("log", 0) ? sizeof log : 1; return RESULT; }
        int nvrtcGetProgramLog(void *p, char *text) { strcpy(text, log); return RESULT; }
        int nvrtcGetCUBINSize(void *p, size_t *n) { *n = 6; return RESULT; }
        int nvrtcGetCUBIN(void *p, char *image) { memcpy(image, "cubin", 6); return RESULT; }
        int nvrtcGetPTXSize(void *p, size_t *n) { *n = 4; return RESULT; }
        int nvrtcGetPTX(void *p, char *text) { memcpy(text, "ptx", 4); return RESULT; }
        const char *nvrtcGetErrorString(int e) { return "NVRTC_ERROR_STUB"; }
        """
}

/// The C compiler of the Swift toolchain, or another.
enum CCompiler {
    /// - Throws: `XCTSkip` where there is none.
    static func run(_ arguments: [String]) throws {
        let line = ["clang"] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) }
        defer { words.forEach { free($0) } }
        words.append(nil)
        var child = pid_t()
        guard posix_spawnp(&child, "clang", nil, nil, words, environ) == 0 else {
            throw XCTSkip("there is no clang on this machine, which the stub libraries are built with")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        XCTAssertEqual(status, 0, "clang \(arguments.joined(separator: " "))")
    }
}

/// Folders of tests.
enum TestFolder {
    /// CCUDA's sources.
    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/CCUDA")

    /// A new, empty folder.
    static func make() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cuda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // As the system names it, without symbolic links.
        return folder.resolvingSymlinksInPath()
    }
}
