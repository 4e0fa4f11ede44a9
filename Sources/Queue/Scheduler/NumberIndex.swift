/// Finds the number of an entry by what the entry holds: an open-addressing table (Knuth, TAOCP 6.4 R) that stores the
/// numbers alone, 4 bytes a place, and asks the caller for the hash behind a number. The standard dictionary would keep
/// each key a second time; with a hundred thousand sites that is a tenth of all that the queue takes.
struct NumberIndex {
    private var table: [UInt32]
    private(set) var count = 0

    init() { table = [UInt32](repeating: .none, count: 16) }

    var isEmpty: Bool { count == 0 }

    /// All of them, in no order.
    var numbers: [UInt32] { table.filter { $0 != .none } }

    func find(hash: Int, isMeant: (UInt32) -> Bool) -> UInt32? {
        let mask = table.count - 1
        var at = Self.home(hash) & mask
        while table[at] != .none {
            if isMeant(table[at]) { return table[at] }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The entry must not be in the table yet, nor one that is equal.
    mutating func insert(_ entry: UInt32, hash: (UInt32) -> Int) {
        if (count + 1) * 4 > table.count * 3 { grow(hash: hash) }
        place(entry, hash: hash(entry))
        count += 1
    }

    /// Closes the gap by moving later entries up (no tombstones, so lookups never slow down with age).
    mutating func remove(_ entry: UInt32, hash: (UInt32) -> Int) {
        let mask = table.count - 1
        var gap = Self.home(hash(entry)) & mask
        while table[gap] != .none, table[gap] != entry { gap = (gap + 1) & mask }
        guard table[gap] != .none else { return }
        var at = gap
        while true {
            at = (at + 1) & mask
            guard table[at] != .none else { break }
            let wanted = Self.home(hash(table[at])) & mask
            // Stays when its home lies cyclically in (gap, at].
            if (at &- wanted) & mask < (at &- gap) & mask { continue }
            table[gap] = table[at]
            gap = at
        }
        table[gap] = .none
        count -= 1
    }

    /// Spreads keys that tests, or places in our own slabs, make up.
    private static func home(_ hash: Int) -> Int {
        let word = UInt64(truncatingIfNeeded: hash)
        return Int(truncatingIfNeeded: ((word ^ word >> 32) &* 0x9E37_79B9_7F4A_7C15) >> 24)
    }

    private mutating func place(_ entry: UInt32, hash: Int) {
        let mask = table.count - 1
        var at = Self.home(hash) & mask
        while table[at] != .none { at = (at + 1) & mask }
        table[at] = entry
    }

    private mutating func grow(hash: (UInt32) -> Int) {
        let old = table
        table = [UInt32](repeating: .none, count: old.count * 2)
        for entry in old where entry != .none { place(entry, hash: hash(entry)) }
    }
}
