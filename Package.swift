// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike: Swift 6 mode, strict memory safety, warnings as errors, and the
/// upcoming features that let the compiler prove that a conversation never leaves its loop.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A room of the house. What it may import is exactly what stands here; `ArchitectureTests` holds the table.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .library(name: "Mail", targets: ["Mail"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.7.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // 0  C libraries
        .systemLibrary(
            name: "CEvent", path: "Sources/CEvent", pkgConfig: "libevent_core", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLDNS", path: "Sources/CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Sources/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CXML", path: "Sources/CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // 1  vocabulary and seams
        room("Mail", []),
        // 2  event loops, sockets, TLS
        room("Loop", ["Mail", "CEvent", "COpenSSL", log]),
        // 2  requests to strangers, on the same loops
        room("HTTPClient", ["Mail", "Loop", "CCurl", log]),
        // 3  four rooms that never import one another
        room("MTA", ["Mail", "Loop", log, metrics]),
        room("Queue", ["Mail", "Loop", log, metrics]),
        room("DNSAuth", ["Mail", "Loop", "CLDNS", "COpenSSL", "CXML", "CZlib", log, metrics]),
        room("Storage", ["Mail", log, metrics, sqlite, .product(name: "GRDB", package: "GRDB.swift")]),
        // 4  what a tenant may do
        room("Service", ["Mail", "Queue", "DNSAuth", "Storage", log, metrics]),
        // 5  HTTP
        room(
            "ControlAPI",
            [
                "Mail", "Service", log, metrics, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // 5  the load tool: sources, sinks, meters and reports
        room(
            "Bench",
            ["Mail", "Loop", "Queue", "DNSAuth", log, .product(name: "Histogram", package: "hdrhistogram-swift")]),
        // 6  the executable
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Mail", "Loop", "HTTPClient", "MTA", "Queue", "DNSAuth", "Storage", "Service", "ControlAPI", "Bench",
                log, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/martlet", swiftSettings: settings),
        // -  test kit
        room("MartletTesting", ["Mail", "Loop"]),
        tests("MailTests", ["Mail", "MartletTesting"]),
        tests("LoopTests", ["Loop", "Mail", "MartletTesting", "COpenSSL"]),
        tests("QueueTests", ["Queue", "Loop", "Mail", "MartletTesting"]),
        tests("DNSAuthTests", ["DNSAuth", "HTTPClient", "Loop", "Mail", "MartletTesting"]),
        tests("HTTPClientTests", ["HTTPClient", "Loop", "Mail", "MartletTesting"]),
        tests("MTATests", ["MTA", "Loop", "Mail", "MartletTesting"]),
        tests("OutboundTLSTests", ["DNSAuth", "MTA", "Loop", "Mail", "MartletTesting"]),
        tests("StorageTests", ["Storage", "Mail", "MartletTesting", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("ServiceTests", ["Service", "Storage", "DNSAuth", "Queue", "Mail", "MartletTesting"]),
        tests(
            "ControlAPITests",
            [
                "ControlAPI", "Service", "Queue", "Storage", "Mail", "MartletTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"), log, metrics,
            ]),
        tests("ConfigurationTests", ["martlet", "ControlAPI", "MTA", "Queue", "Mail", "MartletTesting", log]),
        tests("BenchTests", ["Bench", "Queue", "DNSAuth", "Loop", "Mail", "MartletTesting"]),
        tests("ArchitectureTests", []),
        tests("EndToEndTests", ["Mail", "MartletTesting"]),
    ]
)

/// The fuzzers are built by `make fuzz` alone: they link libFuzzer, which the other programs must not.
if Context.environment["MARTLET_FUZZ"] != nil {
    package.targets.append(.systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"))
    for name in [
        "SPF", "DKIM", "DMARC", "PublicSuffix", "ARC", "AuthenticationResults", "MTASTS", "TLSRPT", "DNS", "DANE",
        "AggregateReport", "FailureReport", "TLSReport",
    ] {
        package.targets.append(
            .executableTarget(
                name: "Fuzz\(name)", dependencies: ["CFuzzer", "DNSAuth", "Mail", "MartletTesting"],
                path: "Fuzz/\(name)", exclude: ["seeds", "corpus.tar.gz"], swiftSettings: settings))
    }
}

/// The micro-benchmarks are built by `make bench` alone: they see what is internal, which costs the other programs
/// optimisations, and need a package that those do not.
if Context.environment["MARTLET_BENCHMARKS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []))
    let measured = ["Mail", "Loop", "MTA", "Queue", "DNSAuth", "Service"]
    for target in package.targets where measured.contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-enable-testing"]))
    }
    package.targets += [
        .target(
            name: "MicroOperations", dependencies: measured.map { .init(stringLiteral: $0) },
            path: "Benchmarks/Operations", swiftSettings: settings),
        .executableTarget(
            name: "Instructions", dependencies: ["MicroOperations"], path: "Benchmarks/Instructions",
            swiftSettings: settings),
        .executableTarget(
            name: "Micro", dependencies: ["MicroOperations", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/Micro", swiftSettings: [.swiftLanguageMode(.v5)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
}
