// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let c: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "specbench",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "specbench", targets: ["specbench"]),
    .library(name: "SpecDecoding", targets: ["SpecKernels", "SpecModel", "SpecDecoding"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(name: "CSpecFiles", cSettings: c),
    .plugin(name: "NoteCommit", capability: .buildTool()),
    .target(name: "SpecBuild", dependencies: ["SpecFiles"], swiftSettings: swift, plugins: ["NoteCommit"]),
    .target(name: "SpecFiles", dependencies: ["CSpecFiles"], swiftSettings: swift),
    .target(name: "CSpecKernels", cSettings: c),
    .target(name: "SpecKernels", dependencies: ["CSpecKernels"], swiftSettings: swift),
    .target(name: "SpecDocument", dependencies: ["SpecFiles"], swiftSettings: swift),
    .target(name: "SpecModel", dependencies: ["SpecFiles", "SpecKernels"], swiftSettings: swift),
    .target(name: "SpecDecoding", dependencies: ["SpecFiles", "SpecModel", "SpecKernels"], swiftSettings: swift),
    .target(
      name: "SpecTraining",
      dependencies: ["SpecBuild", "SpecDocument", "SpecFiles", "SpecModel", "SpecKernels", "SpecSuite"],
      swiftSettings: swift
    ),
    // The recipe of Suites/demo. No user of the package needs it: neither target is a product.
    .target(
      name: "DemoRecipe",
      dependencies: ["SpecFiles", "SpecKernels", "SpecModel", "SpecSuite", "SpecTraining"],
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
    .target(name: "SpecSuite", dependencies: ["SpecFiles"], swiftSettings: swift),
    .target(
      name: "SpecStore",
      dependencies: ["SpecFiles", "SpecStatistics", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: swift
    ),
    .target(
      name: "SpecRunner",
      dependencies: [
        "SpecBuild", "SpecFiles", "SpecDecoding", "SpecModel", "SpecKernels", "SpecStatistics", "SpecSuite",
        "SpecStore",
      ],
      swiftSettings: swift
    ),
    .target(name: "SpecStatistics", swiftSettings: swift),
    .target(
      name: "SpecReport",
      dependencies: ["SpecDocument", "SpecFiles", "SpecStatistics", "SpecStore"],
      swiftSettings: swift
    ),
    .executableTarget(
      name: "specbench",
      dependencies: [
        "SpecDocument", "SpecFiles", "SpecRunner", "SpecReport", "SpecTraining", "SpecDecoding", "SpecModel",
        "SpecKernels", "SpecSuite", "SpecStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift
    ),
    .target(
      name: "SpecTestSupport",
      dependencies: ["SpecDecoding", "SpecFiles", "SpecModel", "SpecKernels"],
      path: "Tests/SpecTestSupport",
      swiftSettings: swift
    ),
    .testTarget(name: "SpecFilesTests", dependencies: ["SpecFiles", "SpecTestSupport"], swiftSettings: swift),
    .testTarget(
      name: "SpecDocumentTests",
      dependencies: ["SpecDocument", "SpecFiles", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecKernelsTests",
      dependencies: ["SpecKernels", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecModelTests",
      dependencies: ["SpecModel", "SpecFiles", "SpecKernels", "SpecTestSupport"],
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
      dependencies: ["SpecTraining", "SpecFiles", "SpecModel", "SpecKernels", "SpecTestSupport"],
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
      dependencies: ["SpecSuite", "SpecFiles", "SpecTestSupport"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecStoreTests",
      dependencies: ["SpecFiles", "SpecStatistics", "SpecStore", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: swift
    ),
    .testTarget(name: "SpecStatisticsTests", dependencies: ["SpecStatistics"], swiftSettings: swift),
    .testTarget(
      name: "SpecReportTests",
      dependencies: [
        "SpecReport", "SpecDocument", "SpecFiles", "SpecStatistics", "SpecStore", "SpecTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Snapshots"],
      swiftSettings: swift
    ),
    .testTarget(
      name: "SpecRunnerTests",
      dependencies: [
        "SpecRunner", "SpecDecoding", "SpecFiles", "SpecKernels", "SpecModel", "SpecStore", "SpecSuite",
        "SpecReport",
        "SpecDocument",
        "SpecTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
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
