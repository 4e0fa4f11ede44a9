import Mail

/// Finds a message's entry by its identifier at 8 bytes or less per message: an open-addressing table (Knuth, TAOCP
/// 6.4 R) that stores only entry numbers and asks the caller for the identifier behind a number.
struct IdentityIndex {
    private var table: [UInt32]
    private(set) var count = 0

    init() { table = [UInt32](repeating: .none, count: 16) }

    func find(_ id: UUIDv7, identity: (UInt32) -> UUIDv7) -> UInt32? {
        var at = home(id)
        while table[at] != .none {
            if identity(table[at]) == id { return table[at] }
            at = (at + 1) & (table.count - 1)
        }
        return nil
    }

    /// The identifier must not be in the table yet.
    mutating func insert(_ entry: UInt32, identity: (UInt32) -> UUIDv7) {
        if (count + 1) * 4 > table.count * 3 { grow(identity: identity) }
        place(entry, id: identity(entry))
        count += 1
    }

    /// Closes the gap by moving later entries up (no tombstones, so lookups never slow down with age).
    mutating func remove(_ id: UUIDv7, identity: (UInt32) -> UUIDv7) {
        let mask = table.count - 1
        var gap = home(id)
        while table[gap] != .none, identity(table[gap]) != id { gap = (gap + 1) & mask }
        guard table[gap] != .none else { return }
        var at = gap
        while true {
            at = (at + 1) & mask
            guard table[at] != .none else { break }
            let wanted = home(identity(table[at]))
            // Stays when its home lies cyclically in (gap, at].
            if (at &- wanted) & mask < (at &- gap) & mask { continue }
            table[gap] = table[at]
            gap = at
        }
        table[gap] = .none
        count -= 1
    }

    private func home(_ id: UUIDv7) -> Int {
        // 62 random bits (RFC 9562 §5.7); the multiplication spreads identifiers that tests make up.
        Int(truncatingIfNeeded: ((id.low ^ id.high) &* 0x9E37_79B9_7F4A_7C15) >> 20) & (table.count - 1)
    }

    private mutating func place(_ entry: UInt32, id: UUIDv7) {
        var at = home(id)
        while table[at] != .none { at = (at + 1) & (table.count - 1) }
        table[at] = entry
    }

    private mutating func grow(identity: (UInt32) -> UUIDv7) {
        let old = table
        table = [UInt32](repeating: .none, count: old.count * 2)
        for entry in old where entry != .none { place(entry, id: identity(entry)) }
    }
}
