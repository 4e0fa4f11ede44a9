import Mail

/// Which messages still have deliveries, in the order of their acceptance: for the age of the oldest.
struct OutstandingMessages {
    private struct Entry {
        var accepted: Int64
        var left: UInt32
        var traffic: UInt32
    }

    private var entries: [Entry] = []
    /// Before it all are gone.
    private var oldest = 0
    private var identities: [UUIDv7] = []
    /// Whether messages may be asked for by traffic; costs memory.
    var remembersIdentities = false

    init() {}

    /// - Returns: its number, from 0.
    mutating func accept(deliveries: Int, traffic: Int, at time: Int64) -> UInt64 {
        entries.append(Entry(accepted: time, left: UInt32(deliveries), traffic: UInt32(traffic)))
        return UInt64(entries.count - 1)
    }

    /// The number of the last one.
    var last: UInt64? { entries.isEmpty ? nil : UInt64(entries.count - 1) }

    mutating func identify(_ number: UInt64, as id: UUIDv7) {
        if remembersIdentities, identities.count == Int(number) { identities.append(id) }
    }

    mutating func end(_ number: UInt64, _ count: Int) {
        entries[Int(number)].left -= UInt32(count)
        while oldest < entries.count, entries[oldest].left == 0 { oldest += 1 }
    }

    /// Of the oldest; `nil`: nothing is left.
    func age(at time: Int64) -> Duration? {
        oldest < entries.count ? .nanoseconds(time - entries[oldest].accepted) : nil
    }

    /// Those that still have deliveries, of the last so many.
    func latest(_ count: Int, of traffic: Int) -> [(number: UInt64, id: UUIDv7)] {
        entries.indices.suffix(count).filter { place in
            entries[place].traffic == UInt32(traffic) && entries[place].left > 0 && place < identities.count
        }.map { (UInt64($0), identities[$0]) }
    }
}
