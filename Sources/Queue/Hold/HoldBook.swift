import Mail

/// The holds in force, found by what they cover. A pure value; each shard has one.
///
/// Ends are points on the monotonic clock: an operator who sets the wall clock ends no suspension.
struct HoldBook: Sendable {
    struct Entry: Hashable, Sendable {
        var hold: Hold
        /// `nil`: until it is resumed.
        var until: MonotonicInstant?
    }

    private(set) var entries: [UUIDv7: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    /// When the first of them ends by itself.
    var nextEnd: MonotonicInstant? { entries.values.compactMap(\.until).min() }

    /// Another hold of the same identifier is replaced.
    mutating func add(_ hold: Hold, until: MonotonicInstant?) {
        entries[hold.id] = Entry(hold: hold, until: until)
    }

    mutating func remove(_ id: UUIDv7) -> Hold? { entries.removeValue(forKey: id)?.hold }

    /// Those whose end has come.
    mutating func expire(at now: MonotonicInstant) -> [Hold] {
        let over = entries.values.filter { $0.until.map { $0 <= now } ?? false }
        for entry in over { entries[entry.hold.id] = nil }
        return over.map(\.hold)
    }

    /// Of the holds of exactly this scope the one that lasts longest.
    func lasting(_ scope: Hold.Scope) -> Entry? {
        entries.values.filter { $0.hold.scope == scope }.max {
            ($0.until ?? .distantFuture) < ($1.until ?? .distantFuture)
        }
    }
}
