import Foundation

/// The published suites, read from the folder that MARTLET_CONFORMANCE names.
enum ServerVectors {
    static var folder: URL {
        if let named = ProcessInfo.processInfo.environment["MARTLET_CONFORMANCE"] { return URL(filePath: named) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: "../shared/conformance").standardized
    }

    /// `nil` after a visible line when the suite is not there.
    static func json(_ path: String) -> [String: Any]? {
        let file = folder.appending(path: path)
        guard let data = try? Data(contentsOf: file) else {
            print("SKIPPED: conformance \(path) needs MARTLET_CONFORMANCE")
            return nil
        }
        return try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    }

    static func report(_ suite: String, cases: Int, agree: Int, deviations: Int) {
        print("conformance \(suite): \(cases) cases, \(agree) agree, \(deviations) deviations listed")
    }

    /// The string literals in a piece of Rust.
    static func rustStrings(_ source: String) -> [String] {
        var strings: [String] = []
        var current: String.UnicodeScalarView?
        var scalars = source.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if current == nil {
                if scalar == "\"" { current = String.UnicodeScalarView() }
                continue
            }
            if scalar == "\"" {
                strings.append(String(current ?? .init()))
                current = nil
            } else if scalar == "\\" {
                switch scalars.next() {
                case "r": current?.append("\r")
                case "n": current?.append("\n")
                case "t": current?.append("\t")
                case "0": current?.append("\0")
                case let other?: current?.append(other)
                case nil: break
                }
            } else {
                current?.append(scalar)
            }
        }
        return strings
    }
}
