import Glibc

/// How a run fares, once a second, on standard error: one line that is written anew on a terminal, line after line
/// elsewhere.
package struct LoadProgress {
    private let isTerminal: Bool
    private let isQuiet: Bool
    private var label = ""
    private var began: UInt64 = 0
    private var last: (at: UInt64, accepted: Int, arrived: Int) = (0, 0, 0)

    /// - Parameter isQuiet: says nothing at all.
    package init(isQuiet: Bool = false) {
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    package mutating func begin(_ label: String) {
        self.label = label
        began = MonotonicClock.now
        last = (began, 0, 0)
    }

    /// - Parameter arrived: `nil` where nothing arrives anywhere.
    package mutating func show(accepted: Int, arrived: Int?) {
        let now = MonotonicClock.now
        guard now &- last.at >= 1_000_000_000 else { return }
        let line = Self.line(
            label, seconds: Double(now &- began) / 1e9, since: Double(now &- last.at) / 1e9,
            accepted: (accepted, accepted - last.accepted), arrived: arrived.map { ($0, $0 - last.arrived) })
        last = (now, accepted, arrived ?? 0)
        say(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
    }

    package mutating func end() {
        if isTerminal && last.at != began { say("\r\u{1B}[K") }
    }

    private func say(_ text: String) {
        if isQuiet { return }
        let bytes = Array(text.utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }

    static func line(
        _ label: String, seconds: Double, since: Double, accepted: (all: Int, new: Int), arrived: (all: Int, new: Int)?
    ) -> String {
        func rate(_ count: Int) -> Int { since > 0 ? Int(Double(count) / since) : 0 }
        var text = "\(label)  \(Int(seconds)) s  accepted \(accepted.all) (\(rate(accepted.new))/s)"
        if let arrived { text += "  arrived \(arrived.all) (\(rate(arrived.new))/s)" }
        return text
    }
}
