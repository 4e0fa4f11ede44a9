/// The messages that are not finished, by their number, as far as records or indexes tell. In memory are only those
/// that are open at the place reached: some 50 bytes each.
struct OpenMessages: Equatable {
    /// Recipients that are not finished.
    private var remaining: [UInt64: UInt32] = [:]
    /// Which ones are finished, where there are several.
    private var several: [UInt64: [Bool]] = [:]

    var count: Int { remaining.count }

    func contains(_ number: UInt64) -> Bool { remaining[number] != nil }

    mutating func add(_ number: UInt64, places: Int) {
        remaining[number] = UInt32(clamping: places)
        several[number] = places > 1 ? [Bool](repeating: false, count: places) : nil
    }

    mutating func add(_ number: UInt64, places: [PlaceState]) {
        let left = places.count { !$0.isFinished }
        guard left > 0 else { return remove(number) }
        remaining[number] = UInt32(clamping: left)
        several[number] = places.count > 1 ? places.map(\.isFinished) : nil
    }

    mutating func remove(_ number: UInt64) {
        remaining[number] = nil
        several[number] = nil
    }

    mutating func apply(_ effect: Effect) {
        guard effect.state.isFinished, let left = remaining[effect.number] else { return }
        let place = Int(effect.recipient)
        if var places = several[effect.number] {
            guard places.indices.contains(place), !places[place] else { return }
            places[place] = true
            several[effect.number] = places
        } else if place != 0 {
            return
        }
        if left <= 1 { remove(effect.number) } else { remaining[effect.number] = left - 1 }
    }

    /// The lowest number that one of both has open otherwise than the other.
    func firstDifference(from other: OpenMessages) -> UInt64? {
        let mine = remaining.keys.filter { other.remaining[$0] != remaining[$0] }.min()
        let others = other.remaining.keys.filter { remaining[$0] == nil }.min()
        guard let mine, let others else { return mine ?? others }
        return min(mine, others)
    }
}
