import Foundation

/// Data that others made: the folder that `MARTLET_CONFORMANCE` names, or the one beside the project.
enum Conformance {
    static let root =
        ProcessInfo.processInfo.environment["MARTLET_CONFORMANCE"] ?? "\(Repository.root)/../shared/conformance"

    /// The path of one of its files, or `nil` with a visible line.
    static func path(_ path: String, neededFor purpose: String) -> String? {
        if FileManager.default.fileExists(atPath: "\(root)/\(path)") { return "\(root)/\(path)" }
        print("SKIPPED: \(purpose) needs \(root)/\(path) (set MARTLET_CONFORMANCE)")
        return nil
    }
}
