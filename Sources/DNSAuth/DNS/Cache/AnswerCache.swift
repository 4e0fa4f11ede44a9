import Mail

/// A bounded table of answers with their end of life. A pure value; `DNSCache` shares one between threads.
///
/// Eviction is the clock algorithm: a hand goes round the slots, spares each one that was used since it last came by,
/// and takes the first that was not. Close to least-recently-used, without a list to maintain on every hit.
struct AnswerCache: Sendable {
    private struct Slot {
        var question: Question
        var answer: CachedAnswer
        var end: MonotonicInstant
        var wasUsed: Bool
    }

    private var places: [Question: Int] = [:]
    private var slots: [Slot] = []
    private var hand = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    var count: Int { slots.count }

    /// The answer with the seconds left in its TTL; `nil` when there is none or it has expired.
    mutating func answer(to question: Question, at now: MonotonicInstant) -> CachedAnswer? {
        guard let place = places[question], slots[place].end > now else { return nil }
        slots[place].wasUsed = true
        let left = (slots[place].end - now).components.seconds
        return slots[place].answer.aged(ttl: UInt32(clamping: left))
    }

    /// - Parameter ttl: seconds; 0 keeps nothing.
    mutating func keep(_ answer: CachedAnswer, for question: Question, ttl: UInt32, at now: MonotonicInstant) {
        guard ttl > 0 else { return }
        let slot = Slot(question: question, answer: answer, end: now + .seconds(Int64(ttl)), wasUsed: false)
        if let place = places[question] {
            slots[place] = slot
        } else if slots.count < capacity {
            places[question] = slots.count
            slots.append(slot)
        } else {
            let place = victim(at: now)
            places[slots[place].question] = nil
            places[question] = place
            slots[place] = slot
        }
    }

    /// Ends at the latest on the second round, when every mark has been taken away.
    private mutating func victim(at now: MonotonicInstant) -> Int {
        while true {
            let place = hand
            hand = (hand + 1) % slots.count
            if slots[place].end <= now || !slots[place].wasUsed { return place }
            slots[place].wasUsed = false
        }
    }
}
