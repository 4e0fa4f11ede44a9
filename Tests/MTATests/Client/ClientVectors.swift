import Foundation

@testable import MTA

/// The conformance data, where it is there.
enum ClientVectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["MARTLET_CONFORMANCE"] { return URL(fileURLWithPath: path) }
        // <root>/Tests/MTATests/Client/ClientVectors.swift
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appending(path: "../shared/conformance").standardized
    }()

    /// The file's JSON object, or `nil` with a visible line.
    static func load(_ path: String) -> [String: Any]? {
        guard let data = try? Data(contentsOf: folder.appending(path: path)),
            let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else {
            print("SKIPPED: conformance \(path) needs the data of MARTLET_CONFORMANCE (looked in \(folder.path))")
            return nil
        }
        return json
    }
}
