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
    /// Of each scope the identifiers, mostly one.
    private var scopes: [Hold.Scope: [UUIDv7]] = [:]
    /// When the first of them ends by itself.
    private(set) var nextEnd: MonotonicInstant?

    var isEmpty: Bool { entries.isEmpty }

    /// Another hold of the same identifier is replaced.
    mutating func add(_ hold: Hold, until: MonotonicInstant?) {
        _ = remove(hold.id)
        entries[hold.id] = Entry(hold: hold, until: until)
        scopes[hold.scope, default: []].append(hold.id)
        if let until { nextEnd = min(nextEnd ?? until, until) }
    }

    mutating func remove(_ id: UUIDv7) -> Hold? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        forget(entry.hold)
        if let until = entry.until, until == nextEnd { findNextEnd() }
        return entry.hold
    }

    /// Those whose end has come, the oldest first.
    mutating func expire(at now: MonotonicInstant) -> [Hold] {
        guard let nextEnd, nextEnd <= now else { return [] }
        var over: [Hold] = []
        for entry in entries.values {
            guard let until = entry.until, until <= now else { continue }
            over.append(entry.hold)
        }
        for hold in over {
            entries[hold.id] = nil
            forget(hold)
        }
        findNextEnd()
        return over.sorted { $0.id < $1.id }
    }

    /// Of the holds of exactly this scope the one that lasts longest; of equals the oldest.
    func lasting(_ scope: Hold.Scope) -> Entry? {
        guard let ids = scopes[scope] else { return nil }
        var found: Entry?
        for id in ids {
            guard let entry = entries[id] else { continue }
            if let best = found, (best.until ?? .distantFuture) >= (entry.until ?? .distantFuture) { continue }
            found = entry
        }
        return found
    }

    /// All of exactly this scope, the oldest first.
    func all(of scope: Hold.Scope) -> [Hold] {
        (scopes[scope] ?? []).compactMap { entries[$0]?.hold }.sorted { $0.id < $1.id }
    }

    /// Everything, the oldest first.
    var holds: [Hold] { entries.values.map(\.hold).sorted { $0.id < $1.id } }

    private mutating func forget(_ hold: Hold) {
        scopes[hold.scope]?.removeAll { $0 == hold.id }
        if scopes[hold.scope]?.isEmpty == true { scopes[hold.scope] = nil }
    }

    private mutating func findNextEnd() {
        nextEnd = nil
        for entry in entries.values {
            guard let until = entry.until else { continue }
            nextEnd = min(nextEnd ?? until, until)
        }
    }
}
