import Mail
import Synchronization

/// Knows what clients were told and what receivers were given, over all lives of a queue, and compares.
final class DeliveryJudge: Sendable {
    /// One recipient of one message.
    struct Key: Hashable {
        var message: UUIDv7
        var recipient: UInt32
    }

    struct Verdict {
        var acknowledged: Int
        var refused: Int
        var repeats: Int
        var lost: [Key]
        var violations: [String]
    }

    private struct Books {
        var life = 0
        var next = 0
        var submitted: Set<UUIDv7> = []
        var acknowledged: Set<Key> = []
        var refused: Set<UUIDv7> = []
        /// The life in which it was last delivered.
        var delivered: [Key: Int] = [:]
        /// Those whose delivery the journal has told of as durable.
        var durable: Set<Key> = []
        var repeats = 0
        var violations: [String] = []
    }

    private let books = Mutex(Books())

    func begin() { books.withLock { $0.life += 1 } }

    /// The first of so many numbers that nobody else has.
    func next(_ count: Int) -> Int {
        books.withLock { books in
            defer { books.next += count }
            return books.next
        }
    }

    func submitted(_ message: UUIDv7) { books.withLock { _ = $0.submitted.insert(message) } }

    func acknowledged(_ message: UUIDv7, recipients: Int) {
        books.withLock { books in
            for place in 0..<recipients {
                books.acknowledged.insert(Key(message: message, recipient: UInt32(place)))
            }
        }
    }

    func refused(_ message: UUIDv7) { books.withLock { _ = $0.refused.insert(message) } }

    /// A receiver has answered 250.
    func delivered(_ message: UUIDv7, _ recipients: [UInt32]) {
        books.withLock { books in
            if !books.submitted.contains(message) { books.violations.append("\(message) comes from nowhere") }
            if books.refused.contains(message) { books.violations.append("\(message) was refused and is delivered") }
            for recipient in recipients {
                let key = Key(message: message, recipient: recipient)
                if books.durable.contains(key) { books.violations.append("\(key) was delivered durably, and again") }
                if let life = books.delivered.updateValue(books.life, forKey: key) {
                    books.repeats += 1
                    if life == books.life { books.violations.append("\(key) was delivered twice in one life") }
                }
            }
        }
    }

    func durable(_ message: UUIDv7, _ recipient: UInt32) {
        books.withLock { _ = $0.durable.insert(Key(message: message, recipient: recipient)) }
    }

    func verdict() -> Verdict {
        books.withLock { books in
            Verdict(
                acknowledged: books.acknowledged.count, refused: books.refused.count, repeats: books.repeats,
                lost: books.acknowledged.filter { books.delivered[$0] == nil }, violations: books.violations)
        }
    }
}
