import Testing

/// Rooms import only what stands on a lower floor, and the four rooms of floor 3 never each other.
@Suite struct ImportsPointDownTests {
    /// Room -> the rooms of ours that it may import.
    static let allowed: [String: Set<String>] = [
        "Mail": [],
        "Loop": ["Mail", "CEvent", "COpenSSL"],
        "MTA": ["Mail", "Loop"],
        "Queue": ["Mail", "Loop"],
        "HTTPClient": ["Mail", "Loop", "CCurl"],
        "DNSAuth": ["Mail", "Loop", "CLDNS", "COpenSSL", "CXML", "CZlib"],
        "Storage": ["Mail"],
        "Service": ["Mail", "Queue", "DNSAuth", "Storage"],
        "ControlAPI": ["Mail", "Service"],
        "Bench": ["Mail", "Loop", "Queue", "DNSAuth"],
        "martlet": [
            "Mail", "Loop", "HTTPClient", "MTA", "Queue", "DNSAuth", "Storage", "Service", "ControlAPI", "Bench",
        ],
        "MartletTesting": ["Mail", "Loop"],
    ]

    /// Modules of the system and of packages, and the rooms that may see them.
    static let outside: [String: Set<String>] = [
        "Hummingbird": ["ControlAPI"], "HummingbirdCore": ["ControlAPI"], "HTTPTypes": ["ControlAPI"],
        "NIOCore": ["ControlAPI"],
        "NIOFoundationCompat": ["ControlAPI"],
        "GRDB": ["Storage"], "SQLite3": ["Storage"], "GRDBSQLite": ["Storage"], "Yams": ["martlet"],
        "ArgumentParser": ["martlet"],
        "UnixSignals": ["martlet"], "ServiceLifecycle": ["ControlAPI"],
        "Histogram": ["Bench"],
        "Logging": [
            "Loop", "HTTPClient", "MTA", "Queue", "DNSAuth", "Storage", "Service", "ControlAPI", "Bench", "martlet",
        ],
        "Metrics": ["MTA", "Queue", "DNSAuth", "Storage", "Service", "ControlAPI", "martlet"],
        "CoreMetrics": ["MTA", "Queue", "DNSAuth", "Storage", "Service", "ControlAPI", "martlet"],
    ]
    static let rooms = Set(allowed.keys).union(["CEvent", "COpenSSL", "CLDNS", "CCurl", "CXML", "CZlib"])

    @Test(arguments: allowed.keys.sorted())
    func everyFileOfARoomImportsOnlyWhatTheTableAllows(room: String) throws {
        let files = Repository.swiftFiles(below: "Sources/\(room)")
        #expect(!files.isEmpty, "Sources/\(room) has no file")
        for file in files {
            for module in try Repository.imports(of: file) {
                if Self.rooms.contains(module) {
                    #expect(Self.allowed[room, default: []].contains(module), "\(file) must not import \(module)")
                } else if let who = Self.outside[module] {
                    #expect(who.contains(room), "\(file) must not import \(module)")
                } else {
                    let system: Set = [
                        "Glibc", "Synchronization", "Foundation", "FoundationEssentials", "Dispatch", "RegexBuilder",
                    ]
                    #expect(system.contains(module), "\(file) imports \(module), which no table lists")
                }
            }
        }
    }

    @Test func theVocabularyNeedsNeitherFoundationNorC() throws {
        for file in Repository.swiftFiles(below: "Sources/Mail") {
            let imports = try Repository.imports(of: file)
            #expect(imports.isSubset(of: ["Synchronization", "Glibc"]), "\(file) imports \(imports)")
        }
    }
}
