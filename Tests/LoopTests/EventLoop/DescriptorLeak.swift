import Foundation
import Loop
import Mail

struct DescriptorsLeak: Error { var before: Int, after: Int }

/// Runs the body twenty times and compares the open descriptors with those after a first run. For a process of its own:
/// what other tests have open at the time would count.
func withoutLeak(_ body: () async throws -> Void) async throws {
    try await body()
    let before = openDescriptors()
    for _ in 0..<20 { try await body() }
    // Descriptors are freed on their loops, so a moment may pass. It is only wrong when it stays so.
    let end = SystemTime().now + .seconds(10)
    while openDescriptors() > before {
        if SystemTime().now > end { throw DescriptorsLeak(before: before, after: openDescriptors()) }
        try await SystemTime().sleep(for: .milliseconds(5))
    }
}

private func openDescriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
}
