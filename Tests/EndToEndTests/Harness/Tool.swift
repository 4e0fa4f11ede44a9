import Foundation

/// A program of the machine that a scenario needs.
enum Tool {
    /// Where it is, or `nil` with a visible line: a scenario is never skipped in silence.
    static func path(_ name: String, neededFor purpose: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/sbin", "/sbin"] {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        print("SKIPPED: \(purpose) needs '\(name)', which is not installed (make peers)")
        return nil
    }

    static func hasPythonModule(_ module: String, neededFor purpose: String) -> Bool {
        guard let python = path("python3", neededFor: purpose) else { return false }
        if (try? run(python, ["-c", "import \(module)"]))?.status == 0 { return true }
        print("SKIPPED: \(purpose) needs Python's '\(module)', which is not installed (make peers)")
        return false
    }

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs to the end and gives what it printed. `input` goes to its standard input.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], input: String? = nil) throws -> Result {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // Files and not pipes: a child that prints more than a pipe holds must not wait for us.
        let (out, err) = (try folder.file("out"), try folder.file("err"))
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        if let input {
            let file = try folder.file("in", text: input)
            process.standardInput = try FileHandle(forReadingFrom: file)
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try String(contentsOf: out, encoding: .utf8),
            errors: try String(contentsOf: err, encoding: .utf8))
    }

    /// The script of the `Peers` folder beside these tests.
    static func peer(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Peers/\(name)").path
    }
}
