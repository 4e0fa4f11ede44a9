import Foundation
import Testing

/// A call that goes past `JournalFiles` is one that no test can let fail.
struct OnlyTheSeamTouchesFilesTests {
    private static let calls = [
        "fdatasync(", "fsync(", "pwrite(", "pwritev(", "pread(", "ftruncate(", "posix_fallocate(", "unsafe unlink(",
        "flock(", "opendir(", "mkdir(", "fopen(", "Glibc.open", "Glibc.rename", "FileManager",
    ]

    @Test func nothingElseOfTheRoomDoes() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources/Queue")
        let paths = try #require(FileManager.default.subpaths(atPath: root.path)).filter { $0.hasSuffix(".swift") }
        var touching: Set<String> = []
        for path in paths {
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            let code = text.split(separator: "\n").filter { !$0.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") }
            if code.contains(where: { line in Self.calls.contains { line.contains($0) } }) { touching.insert(path) }
        }
        // The second one only reads, for commands that look on.
        #expect(touching == ["Journal/Files/PosixFiles.swift", "Journal/Inspection/QuietFiles.swift"])
    }
}
