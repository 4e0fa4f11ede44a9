import Foundation
import Loop
import Testing

/// The openssl program, where it is installed.
struct OpenSSLCommand: Sendable {
    let path: String

    static func find() -> OpenSSLCommand? {
        for path in ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        where FileManager.default.isExecutableFile(atPath: path) {
            return OpenSSLCommand(path: path)
        }
        print("SKIPPED: TLS interoperability needs openssl")
        return nil
    }

    /// Starts s_server on a port that the kernel chooses and waits until it listens. It ends with the child.
    func serve(_ arguments: [String]) async throws -> (child: Child, port: UInt16) {
        let path = path
        return try await BlockingPool(name: "openssl", threads: 1).run { () throws(ChildFailure) in
            let child = try Child(path, arguments)
            let said = child.readOutput { $0.contains("ACCEPT ") && $0.hasSuffix("\n") }
            let line = said.split(separator: "\n").last { $0.hasPrefix("ACCEPT ") }
            guard let port = line.flatMap({ UInt16($0.split(separator: ":").last ?? "") }) else {
                throw .unexpected(said)
            }
            return (child, port)
        }
    }

    /// Its output and error output once it has ended.
    func run(_ arguments: [String], input: String) async -> String {
        let path = path
        return await BlockingPool(name: "openssl", threads: 1).run {
            guard let child = try? Child(path, arguments) else { return "cannot run \(path)" }
            child.write(input)
            return child.readOutput { _ in false }
        }
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }
}
