import Foundation

/// A program that runs beside the test until the test is over.
final class Daemon {
    private let process = Process()
    let folder: TemporaryFolder
    private let out: URL
    private let err: URL

    init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        out = try folder.file("out")
        err = try folder.file("err")
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        try process.run()
    }

    deinit { if process.isRunning { signal(SIGKILL) } }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { (try? String(contentsOf: out, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOf: err, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { Glibc.kill(process.processIdentifier, number) }

    /// SIGKILL, as a power cut looks to the process.
    func kill() {
        signal(SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and its exit status. A daemon that ignores it for a minute is killed: -1.
    @discardableResult
    func terminate() -> Int32 {
        signal(SIGTERM)
        return exitStatus(within: 60)
    }

    func exitStatus(within seconds: Double) -> Int32 {
        guard eventually(within: seconds, { !process.isRunning }) else {
            kill()
            return -1
        }
        return process.terminationStatus
    }

    func waits(for port: UInt16) -> Bool {
        eventually { !process.isRunning || FreePort.accepts(port) } && process.isRunning
    }
}
