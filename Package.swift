// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let c: [CSetting] = [.treatAllWarnings(as: .error)]
/// The folders of the kernels, each of which sees the headers of the others.
let kernelFolders = [".", "inference", "simd", "system", "training"].map { CSetting.headerSearchPath($0) }

let package = Package(
  name: "specbench",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "specbench", targets: ["specbench"]),
    .library(name: "SpecDecoding", targets: ["SpecCore", "SpecFiles", "SpecKernels", "SpecModel", "SpecDecoding"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "SpecCore", swiftSettings: swift),
    .target(name: "CSpecFiles", cSettings: c),
    .plugin(name: "NoteCommit", capability: .buildTool()),
    .target(name: "SpecBuild", dependencies: ["SpecFiles"], swiftSettings: swift, plugins: ["NoteCommit"]),
    .target(name: "SpecFiles", dependencies: ["CSpecFiles", "SpecCore"], swiftSettings: swift),
    .target(name: "CSpecKernels", cSettings: c + kernelFolders),
    .target(name: "SpecKernels", dependencies: ["CSpecKernels"], swiftSettings: swift),
    .target(name: "SpecDocument", dependencies: ["SpecFiles"], swiftSettings: swift),
    .target(name: "SpecModel", dependencies: ["SpecFiles", "SpecKernels"], swiftSettings: swift),
    .target(
      name: "SpecDecoding",
      dependencies: ["SpecCore", "SpecFiles", "SpecModel", "SpecKernels"],
      swiftSettings: swift
    ),
    // The recipe of Suites/demo. No user of the package needs it: neither target is a product.
    .target(
      name: "DemoRecipe",
      dependencies: ["SpecCore", "SpecFiles", "SpecKernels", "SpecModel", "SpecSuite", "SpecTraining"],
      resources: [.copy("Texts")],
      swiftSettings: swift
    ),
    .executableTarget(
      name: "demo-recipe",
      dependencies: [
        "DemoRecipe", "SpecFiles", "SpecKernels", "SpecTraining",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift
    ),
    .target(
      name: "SpecTraining",
      dependencies: [
        "SpecBuild", "SpecCore", "SpecDecoding", "SpecDocument", "SpecFiles", "SpecModel", "SpecKernels", "SpecSuite",
      ],
      swiftSettings: swift
    ),
    .target(name: "SpecSuite", dependencies: ["SpecCore", "SpecFiles"], swiftSettings: swift),
    // Other engines behind their own servers: the client, the dialects, the processes.
    .target(
      name: "SpecEngines",
      dependencies: [
        "SpecCore", "SpecFiles", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: swift
    ),
    .target(
      name: "SpecStore",
      dependencies: ["SpecCore", "SpecFiles", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: swift
    ),
    .target(
      name: "SpecRunner",
      dependencies: [
        "SpecBuild", "SpecCore", "SpecFiles", "SpecDecoding", "SpecEngines", "SpecMetrics", "SpecModel", "SpecKernels",
        "SpecStatistics", "SpecSuite",
        "SpecStore",
      ],
      swiftSettings: swift
    ),
    .target(
      name: "SpecMetrics",
      dependencies: ["SpecCore", "SpecStatistics", "SpecStore"],
      swiftSettings: swift
    ),
    .target(name: "SpecStatistics", dependencies: ["SpecCore"], swiftSettings: swift),
    .target(
      name: "SpecReport",
      dependencies: ["SpecCore", "SpecDocument", "SpecFiles", "SpecMetrics", "SpecStatistics", "SpecStore"],
      swiftSettings: swift
    ),
    // A run with all that is needed to check it, in one file.
    .target(
      name: "SpecBundle",
      dependencies: [
        "SpecCore", "SpecDecoding", "SpecDocument", "SpecFiles", "SpecModel", "SpecReport", "SpecRunner", "SpecStore",
        "SpecSuite",
      ],
      swiftSettings: swift
    ),
    // The package's own decoders behind the HTTP interfaces that other engines offer.
    .target(
      name: "SpecServer",
      dependencies: [
        "SpecCore", "SpecDecoding", "SpecFiles", "SpecKernels", "SpecModel", "SpecRunner", "SpecSuite",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: swift
    ),
    .executableTarget(
      name: "specbench",
      dependencies: [
        "SpecBundle", "SpecCore", "SpecDocument", "SpecEngines", "SpecFiles", "SpecRunner", "SpecReport", "SpecServer",
        "SpecTraining", "SpecDecoding", "SpecModel", "SpecKernels", "SpecSuite", "SpecStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift
    ),
    .target(
      name: "SpecTestSupport",
      dependencies: ["SpecCore", "SpecDecoding", "SpecFiles", "SpecModel", "SpecKernels", "SpecStore"],
      path: "Tests/SpecTestSupport",
      swiftSettings: swift
    ),
    .testTarget(name: "SpecCoreTests", dependencies: ["SpecCore"], swiftSettings: swift),
    .testTarget(
      name: "SpecFilesTests",
      dependencies: ["SpecFiles", "SpecCore", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecDocumentTests",
      dependencies: ["SpecDocument", "SpecCore", "SpecFiles", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecKernelsTests",
      dependencies: ["SpecKernels", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecModelTests",
      dependencies: ["SpecModel", "SpecCore", "SpecFiles", "SpecKernels", "SpecTestSupport"],
      exclude: ["GGUFWordGoldens.jsonl", "PatternAnswers.jsonl"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecDecodingTests",
      dependencies: ["SpecDecoding", "SpecModel", "SpecKernels", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "OwnMethodTests",
      dependencies: ["SpecDecoding", "SpecModel", "SpecKernels", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecTrainingTests",
      dependencies: [
        "SpecTraining", "SpecDecoding", "SpecFiles", "SpecModel", "SpecKernels", "SpecSuite", "SpecTestSupport",
      ],
      exclude: ["tokenizer-goldens.json", "two-layer-losses.json"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "DemoRecipeTests",
      dependencies: [
        "DemoRecipe", "demo-recipe", "specbench", "SpecFiles", "SpecKernels", "SpecModel", "SpecSuite", "SpecTraining",
        "SpecTestSupport",
      ],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecSuiteTests",
      dependencies: ["SpecSuite", "SpecCore", "SpecFiles", "SpecTestSupport"],
      exclude: ["Templates"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecStoreTests",
      dependencies: [
        "SpecCore", "SpecFiles", "SpecStore", "SpecTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecMetricsTests",
      dependencies: [
        "SpecMetrics", "SpecCore", "SpecStatistics", "SpecStore", "SpecTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swift
    ),
    .testTarget(name: "SpecStatisticsTests", dependencies: ["SpecCore", "SpecStatistics"], swiftSettings: swift),
    .testTarget(
      name: "SpecReportTests",
      dependencies: [
        "SpecReport", "SpecCore", "SpecDocument", "SpecFiles", "SpecMetrics", "SpecStatistics", "SpecStore",
        "SpecTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Snapshots"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecRunnerTests",
      dependencies: [
        "SpecRunner", "SpecCore", "SpecDecoding", "SpecFiles", "SpecKernels", "SpecModel", "SpecStore", "SpecSuite",
        "SpecReport",
        "SpecDocument",
        "SpecTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecServerTests",
      dependencies: [
        "SpecServer", "SpecCore", "SpecDecoding", "SpecFiles", "SpecKernels", "SpecModel", "SpecRunner", "SpecSuite",
        "SpecTestSupport",
      ],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecEnginesTests",
      dependencies: [
        "specbench", "SpecEngines", "SpecCore", "SpecDocument", "SpecFiles", "SpecReport", "SpecRunner", "SpecStore",
        "SpecSuite",
        "SpecTestSupport",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swift
    ),
    // Files that others make, which tests and fuzzing damage.
    .target(
      name: "ForeignFormats",
      dependencies: [
        "SpecDecoding", "SpecEngines", "SpecFiles", "SpecModel", "SpecRunner", "SpecSuite", "SpecTestSupport",
      ],
      path: "Tests/ForeignFormats",
      swiftSettings: swift
    ),
    .testTarget(
      name: "MutationTests",
      dependencies: ["ForeignFormats", "SpecTestSupport"],
      exclude: ["Found"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecBenchTests",
      dependencies: [
        "specbench", "SpecDecoding", "SpecFiles", "SpecTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swift
    ),
  ],
  cLanguageStandard: .gnu11
)

// A fuzzer has the `main` of libFuzzer, so it is built only where it is asked for, by Tests/Fuzzing/fuzz.
if Context.environment["SPECBENCH_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzzing",
      dependencies: ["ForeignFormats", "SpecTestSupport"],
      path: "Tests/Fuzzing",
      exclude: ["fuzz"],
      swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])]
    )
  )
}
