import Foundation
import Loop
import Mail

struct DescriptorsLeak: Error { var before: [String], after: [String] }

/// Runs the body twenty times and compares the open descriptors with those after a first run. For a process of its own:
/// what other tests have open at the time would count.
func withoutLeak(_ body: () async throws -> Void) async throws {
    try await body()
    let before = openDescriptors()
    for _ in 0..<20 { try await body() }
    // Descriptors are freed on their loops, so a moment may pass. It is only wrong when it stays so.
    let end = SystemTime().now + .seconds(10)
    while openDescriptors().count > before.count {
        if SystemTime().now > end { throw DescriptorsLeak(before: before, after: openDescriptors()) }
        try await SystemTime().sleep(for: .milliseconds(5))
    }
}

/// What a loop opens: sockets, eventfds, epolls. The concurrency library opens a timerfd when it needs one.
private func openDescriptors() -> [String] {
    let folder = "/proc/self/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
        let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) ?? "gone"
        return target.hasPrefix("socket:") || target.hasPrefix("anon_inode:[event") ? "\(name) \(target)" : nil
    }
}
