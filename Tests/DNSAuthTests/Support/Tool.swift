import Foundation
import Glibc

/// Programs of the distribution that tests run against.
enum Tool {
    /// The full path, or `nil` and a visible line.
    static func find(_ name: String, for test: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/usr/local/sbin:/sbin"
        for folder in path.split(separator: ":") where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
        {
            return "\(folder)/\(name)"
        }
        print("SKIPPED: \(test): needs \(name)")
        return nil
    }

    struct Result { var status: Int32, output: String, errors: String }

    /// Runs to the end, with the input on stdin.
    static func run(_ path: String, _ arguments: [String], input: Data = Data(), in folder: URL? = nil) throws -> Result
    {
        let work = try TemporaryFolder()
        try input.write(to: work.url.appending(path: "in"))
        for name in ["out", "err"] { try work.write("", to: name) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = folder }
        process.standardInput = try FileHandle(forReadingFrom: work.url.appending(path: "in"))
        process.standardOutput = try FileHandle(forWritingTo: work.url.appending(path: "out"))
        process.standardError = try FileHandle(forWritingTo: work.url.appending(path: "err"))
        try process.runWithSignals()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: try String(decoding: Data(contentsOf: work.url.appending(path: "out")), as: UTF8.self),
            errors: try String(decoding: Data(contentsOf: work.url.appending(path: "err")), as: UTF8.self))
    }

    /// Whether python3 can import a module; a visible line when not.
    static func python(with module: String, for test: String) -> String? {
        guard let python = find("python3", for: test) else { return nil }
        if (try? run(python, ["-c", "import \(module)"]))?.status == 0 { return python }
        print("SKIPPED: \(test): needs the python module \(module)")
        return nil
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws {
        try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    }
}

/// A server program, ended with its owner.
final class RunningTool {
    private let process = Process()

    init(_ path: String, _ arguments: [String], in folder: URL) throws {
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.runWithSignals()
    }

    deinit {
        process.terminate()
        let deadline = Date(timeIntervalSinceNow: 5)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

extension Process {
    /// The threads that run tests block most signals, and a child inherits that: it could not be asked to end, and
    /// whatever ends itself by an alarm, as `openssl speed` does, would never end.
    func runWithSignals() throws {
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
