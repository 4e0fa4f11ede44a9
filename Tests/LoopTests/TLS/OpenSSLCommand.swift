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

    /// Starts s_server on a port that the kernel chooses and waits until it listens.
    func serve(_ arguments: [String]) async throws -> (process: Process, port: UInt16) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let out = Pipe()
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        // It ends when its input does, so the pipe stays open as long as the process object lives.
        process.standardInput = Pipe()
        try process.run()
        let pool = BlockingPool(name: "openssl", threads: 1)
        let said = await pool.run {
            var said = ""
            while !said.contains("ACCEPT") || !said.hasSuffix("\n") {
                let more = out.fileHandleForReading.availableData
                if more.isEmpty { break }
                said += String(decoding: more, as: UTF8.self)
            }
            return said
        }
        let line = said.split(separator: "\n").last { $0.hasPrefix("ACCEPT ") }
        let port = line.flatMap { UInt16($0.split(separator: ":").last ?? "") }
        return (process, try #require(port, "openssl said \(said)"))
    }

    /// Its output and error output once it has ended.
    func run(_ arguments: [String], input: String) async -> String {
        let pool = BlockingPool(name: "openssl", threads: 1)
        let path = path
        return await pool.run {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            let (out, into) = (Pipe(), Pipe())
            process.standardOutput = out
            process.standardError = out
            process.standardInput = into
            guard (try? process.run()) != nil else { return "cannot run" }
            into.fileHandleForWriting.write(Data(input.utf8))
            let said = out.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            try? into.fileHandleForWriting.close()
            return String(decoding: said, as: UTF8.self)
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
