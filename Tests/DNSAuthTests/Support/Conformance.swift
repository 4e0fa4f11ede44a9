import Foundation

/// The published suites: `MARTLET_CONFORMANCE`, or `../shared/conformance` beside the project.
enum Conformance {
    static var root: URL {
        if let path = ProcessInfo.processInfo.environment["MARTLET_CONFORMANCE"] { return URL(filePath: path) }
        return URL(filePath: #filePath).appending(path: "../../../../../shared/conformance").standardizedFileURL
    }

    /// `nil`, and a visible line, when the suite is not there.
    static func folder(_ name: String) -> URL? {
        let folder = root.appending(path: name)
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        print("SKIPPED: conformance \(name): needs the folder \(folder.path)")
        return nil
    }

    static func json(_ file: URL) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    }

    static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

    /// A key file whose armour was stripped: base64 of DER.
    static func der(_ file: URL) throws -> [UInt8] {
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self).filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: text) else { throw CocoaError(.fileReadCorruptFile) }
        return [UInt8](data)
    }
}
