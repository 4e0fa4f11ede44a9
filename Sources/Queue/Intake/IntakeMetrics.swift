import Mail
import Metrics

/// Made once; counting is all that happens per message.
struct IntakeMetrics: Sendable {
    private let accepted = Counter(label: "martlet_messages_accepted_total")
    private let storage = Self.refusals("storage")
    private let disk = Self.refusals("disk")
    private let memory = Self.refusals("memory")
    private let shutdown = Self.refusals("shutdown")
    private let size = Self.refusals("size")
    private let loop = Self.refusals("loop")

    private static func refusals(_ reason: String) -> Counter {
        Counter(label: "martlet_messages_refused_total", dimensions: [("reason", reason)])
    }

    func messagesAccepted(_ count: Int) { accepted.increment(by: count) }

    func refused(_ refusal: Refusal) {
        switch refusal {
        case .storageUnavailable: storage.increment()
        case .diskLow: disk.increment()
        case .overloaded: memory.increment()
        case .shuttingDown: shutdown.increment()
        case .tooLarge: size.increment()
        case .mailLoop: loop.increment()
        }
    }
}
