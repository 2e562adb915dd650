// swift-tools-version: 6.1
import PackageDescription

// Kernels are compiled optimised in debug builds too: a plain -O0 matrix product would make
// every numeric test minutes long.  Contraction stays off so that only explicit FMAs fuse and
// every instruction set rounds alike.
let kernelFlags: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])
]
let emulatorFlags: [CXXSetting] = [
    .unsafeFlags([
        "-std=c++20", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-Wno-c23-extensions",
    ])
]
let strictFlags: [CSetting] = [.unsafeFlags(["-std=gnu2x", "-Wall", "-Wextra", "-Werror"])]
// The code under test is optimised in release builds, as its users get it.  The tests themselves are not: the
// optimiser would take longer over them than over all that they test.
let testSettings: [SwiftSetting] = [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let package = Package(
    name: "remedi",
    products: [
        .executable(name: "remedi", targets: ["remedi"]),
        .library(name: "EmulatedCUDA", type: .dynamic, targets: ["EmulatedCUDA"]),
    ],
    targets: [
        .target(name: "CKernels", cSettings: kernelFlags),
        .target(
            name: "CCUDA", exclude: ["README.md", "kernels"], cSettings: strictFlags,
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "Compute", dependencies: ["CKernels", "CCUDA"], exclude: ["README.md"]),
        .target(
            name: "LanguageModels", dependencies: ["Compute", "CKernels"], exclude: ["README.md"]),
        .target(name: "CDemo", exclude: ["model", "data", "README.md"], cSettings: strictFlags),
        .target(
            name: "RemediCore", dependencies: ["LanguageModels", "Compute", "CKernels", "CDemo"],
            exclude: ["README.md", "Compatibility.md", "Experiments.md", "Semantics.md"]),
        .target(
            name: "Presubmit", dependencies: ["LanguageModels", "Compute"], exclude: ["README.md"]),
        .executableTarget(name: "remedi", dependencies: ["RemediCore", "Presubmit"], exclude: ["README.md"]),
        .target(name: "TestServer", path: "Tests/TestServer", swiftSettings: testSettings),
        .target(
            name: "TestBackends", dependencies: ["Compute", "EmulatedDevice"], path: "Tests/TestBackends",
            swiftSettings: testSettings),
        .target(
            name: "EmulatedCUDA", path: "Tests/EmulatedCUDA", exclude: ["device"],
            cxxSettings: emulatorFlags, linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "EmulatedDevice", path: "Tests/EmulatedDevice", swiftSettings: testSettings),
        .testTarget(
            name: "ComputeTests", dependencies: ["Compute", "CKernels", "CCUDA", "EmulatedDevice"],
            swiftSettings: testSettings),
        .testTarget(
            name: "LanguageModelsTests",
            dependencies: ["LanguageModels", "TestBackends", "EmulatedDevice"], exclude: ["Fixtures"],
            swiftSettings: testSettings),
        .testTarget(
            name: "RemediCoreTests",
            dependencies: ["RemediCore", "TestBackends", "TestServer", "EmulatedDevice"],
            exclude: ["Fixtures"],
            swiftSettings: testSettings),
        .testTarget(
            name: "PresubmitTests", dependencies: ["Presubmit"], swiftSettings: testSettings),
        .testTarget(
            name: "RemediTests", dependencies: ["remedi", "TestServer", "EmulatedDevice"],
            exclude: ["Fixtures"],
            swiftSettings: testSettings),
    ],
    swiftLanguageModes: [.v6]
)
