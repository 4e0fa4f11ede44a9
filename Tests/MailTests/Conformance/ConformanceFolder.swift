import Foundation

/// The published test data that these tests read: the folder that `MARTLET_CONFORMANCE` names, or the one that lies beside
/// the project.
enum Conformance {
    static let root: URL = {
        if let named = ProcessInfo.processInfo.environment["MARTLET_CONFORMANCE"] { return URL(filePath: named) }
        return URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "../shared/conformance")
            .standardizedFileURL
    }()

    /// The bytes of a file of the data, or `nil` with a visible line.
    static func file(_ path: String) -> Data? {
        let url = root.appending(path: path)
        guard let data = try? Data(contentsOf: url) else {
            print("SKIPPED: conformance \(path) needs the folder that MARTLET_CONFORMANCE names")
            return nil
        }
        return data
    }

    static func text(_ path: String) -> String? { file(path).map { String(decoding: $0, as: UTF8.self) } }

    static func json(_ path: String) -> Any? {
        file(path).flatMap { try? JSONSerialization.jsonObject(with: $0, options: [.fragmentsAllowed]) }
    }

    /// The files below a folder whose names end so, sorted by path; empty with a visible line.
    static func files(in folder: String, ending: String) -> [(name: String, bytes: [UInt8])] {
        let base = root.appending(path: folder)
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? []
        if paths.isEmpty { print("SKIPPED: conformance \(folder) needs the folder that MARTLET_CONFORMANCE names") }
        return paths.filter { $0.hasSuffix(ending) }.sorted().compactMap { path in
            (try? Data(contentsOf: base.appending(path: path))).map { (path, [UInt8]($0)) }
        }
    }

    /// The one line per suite that says how much agreed.
    static func report(_ suite: String, cases: Int, deviations: Int) {
        guard cases > 0 else { return }
        print("conformance \(suite): \(cases) cases, \(cases - deviations) agree, \(deviations) deviations listed")
    }
}
