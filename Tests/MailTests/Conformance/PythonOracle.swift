import Foundation

/// Python's `email` package, asked in one run per test: JSON in, JSON out.
enum PythonOracle {
    /// `nil` with a visible line where there is no python3.
    static func run(_ script: String, input: Any) throws -> Any? {
        let candidates = ["/usr/bin/python3", "/usr/local/bin/python3"]
        guard let python = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            print("SKIPPED: the comparison with Python's email package needs python3")
            return nil
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appending(path: "input.json")
        let result = folder.appending(path: "output.json")
        try JSONSerialization.data(withJSONObject: input).write(to: source)
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", script, source.path, result.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OracleFailure.exit(process.terminationStatus) }
        return try JSONSerialization.jsonObject(with: Data(contentsOf: result))
    }

    enum OracleFailure: Error {
        case exit(Int32)
    }
}
