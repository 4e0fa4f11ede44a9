import Mail

/// One write of counters: all of it or nothing.
struct DailyWrite: Sendable {
    /// The count up to which a counter may go when this is durable, on that day.
    struct Part: Hashable, Sendable {
        var number: UInt32
        var day: Int
        var reserved: Int
    }

    fileprivate(set) var parts: [Part] = []
    fileprivate(set) var removed: [UInt32] = []
    var values: [(key: String, value: [UInt8]?)] = []

    mutating func add(_ number: UInt32, _ key: DailyKey, _ stored: StoredCount) {
        parts.append(Part(number: number, day: stored.day, reserved: stored.reserved))
        values.append((DailyValue.key(key), stored.value))
    }

    mutating func remove(_ number: UInt32, _ key: DailyKey) {
        removed.append(number)
        values.append((DailyValue.key(key), nil))
    }
}

/// What a restart finds. Reading it never fails: what is damaged is told, and taken for the worst.
struct StoredDays: Sendable {
    enum Clock: Hashable, Sendable {
        case mark(DayClock.Mark)
        /// Damaged or gone; the last day that a counter names.
        case lost(ordinal: Int)
    }

    /// `nil`: nothing is stored at all.
    private(set) var clock: Clock?
    /// `nil` is damaged.
    private(set) var entries: [DailyKey: StoredCount?] = [:]
    /// For the log.
    private(set) var damage: [String] = []

    init(_ values: [(key: String, value: [UInt8])]) {
        var mark: DayClock.Mark?
        var hasEntries = false
        for (text, value) in values {
            if text == DailyValue.clockKey {
                hasEntries = true
                mark = DayClock.Mark(value)
                continue
            }
            guard let key = DailyValue.key(text) else {
                damage.append("the name \(text.debugDescription) is unknown")
                continue
            }
            hasEntries = true
            let isWarmup = if case .warmup = key { true } else { false }
            let entry = StoredCount(value, isWarmup: isWarmup)
            if entry == nil { damage.append("the value of \(text.debugDescription) is damaged") }
            entries.updateValue(entry, forKey: key)
        }
        guard hasEntries else { return }
        let last = entries.values.reduce(0) { max($0, $1?.day ?? 0) }
        if let mark, mark.ordinal >= last {
            clock = .mark(mark)
        } else {
            damage.append("the beginning of the sending day is unknown")
            clock = .lost(ordinal: last)
        }
    }
}
