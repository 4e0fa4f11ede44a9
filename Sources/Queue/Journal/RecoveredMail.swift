import Synchronization

/// What a restart found, in the order it was accepted, to be taken once and part by part: each part is freed as soon as
/// the queue has its own form of it, so that a million messages are not held twice.
package final class RecoveredMail: Sendable {
    private let parts: Mutex<[[RecoveredMessage]]>
    /// The number of the first message; `nil`: there is none.
    package let first: UInt64?

    package init(parts: [[RecoveredMessage]]) {
        first = parts.lazy.compactMap(\.first).first?.number
        // The last is the next to be taken.
        self.parts = Mutex(parts.reversed())
    }

    /// The next part; `nil` after the last one.
    func takePart() -> [RecoveredMessage]? { parts.withLock { $0.popLast() } }

    /// All that has not been taken.
    package func take() -> [RecoveredMessage] {
        var all: [RecoveredMessage] = []
        while let part = takePart() { all.append(contentsOf: part) }
        return all
    }
}
