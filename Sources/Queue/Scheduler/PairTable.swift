/// Finds a number by two others in one word, 12 bytes a place: an open-addressing table (Knuth, TAOCP 6.4 R). Where the
/// standard dictionary hashes for 40 ns so that nobody can choose keys that collide, these keys are places in our own
/// slabs, and one multiplication spreads them.
struct PairTable {
    private var keys: [UInt64]
    private var values: [UInt32]
    private(set) var count = 0

    init() {
        keys = [UInt64](repeating: 0, count: 16)
        values = [UInt32](repeating: .none, count: 16)
    }

    func find(_ key: UInt64) -> UInt32? {
        let mask = keys.count - 1
        var at = Self.home(key) & mask
        while values[at] != .none {
            if keys[at] == key { return values[at] }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The key must not be in the table yet.
    mutating func insert(_ key: UInt64, _ value: UInt32) {
        if (count + 1) * 4 > keys.count * 3 { grow() }
        place(key, value)
        count += 1
    }

    /// Closes the gap by moving later entries up, so lookups never slow down with age.
    mutating func remove(_ key: UInt64) {
        let mask = keys.count - 1
        var gap = Self.home(key) & mask
        while values[gap] != .none, keys[gap] != key { gap = (gap + 1) & mask }
        guard values[gap] != .none else { return }
        var at = gap
        while true {
            at = (at + 1) & mask
            guard values[at] != .none else { break }
            // Stays when its home lies cyclically in (gap, at].
            if (at &- Self.home(keys[at])) & mask < (at &- gap) & mask { continue }
            keys[gap] = keys[at]
            values[gap] = values[at]
            gap = at
        }
        values[gap] = .none
        count -= 1
    }

    private static func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15) >> 24)
    }

    private mutating func place(_ key: UInt64, _ value: UInt32) {
        let mask = keys.count - 1
        var at = Self.home(key) & mask
        while values[at] != .none { at = (at + 1) & mask }
        keys[at] = key
        values[at] = value
    }

    private mutating func grow() {
        let (oldKeys, oldValues) = (keys, values)
        keys = [UInt64](repeating: 0, count: oldKeys.count * 2)
        values = [UInt32](repeating: .none, count: oldKeys.count * 2)
        for at in oldKeys.indices where oldValues[at] != .none { place(oldKeys[at], oldValues[at]) }
    }
}
