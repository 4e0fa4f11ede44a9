import Mail

/// From what an entry holds to its number, and back out of the index when it goes.
extension Scheduler {
    // MARK: Messages, by their identifiers

    func find(_ id: UUIDv7) -> UInt32? { messageNumbers.find(hash: Self.hash(id)) { messages[$0].id == id } }

    mutating func index(message: UInt32) { messageNumbers.insert(message) { Self.hash(messages[$0].id) } }

    mutating func unindex(message: UInt32) { messageNumbers.remove(message) { Self.hash(messages[$0].id) } }

    /// 62 bits of it are random (RFC 9562 §5.7).
    private static func hash(_ id: UUIDv7) -> Int { Int(truncatingIfNeeded: id.low ^ id.high) }

    // MARK: Destinations, by domain. Strangers choose these, hence the seeded hash

    func find(_ key: Destination.Key) -> UInt32? {
        destinationNumbers.find(hash: key.hashValue) { destinations[$0].key == key }
    }

    mutating func index(destination: UInt32) {
        destinationNumbers.insert(destination) { destinations[$0].key.hashValue }
    }

    mutating func unindex(destination: UInt32) {
        destinationNumbers.remove(destination) { destinations[$0].key.hashValue }
    }

    // MARK: Sites, by name

    func findSite(named name: String) -> SiteIndex? {
        siteNumbers.find(hash: name.hashValue) { records[$0].name == name }
    }

    mutating func index(site: SiteIndex) { siteNumbers.insert(site) { records[$0].name.hashValue } }

    mutating func unindex(site: SiteIndex) { siteNumbers.remove(site) { records[$0].name.hashValue } }

    // MARK: Flows and turns, by the numbers of site and group, or of site, tenant and stream

    /// - Parameter key: `Flow.Key.packed`.
    func findFlow(_ key: UInt64) -> UInt32? {
        flowNumbers.find(hash: Int(truncatingIfNeeded: key)) { flows[$0].key.packed == key }
    }

    mutating func index(flow: UInt32) {
        flowNumbers.insert(flow) { Int(truncatingIfNeeded: flows[$0].key.packed) }
    }

    mutating func unindex(flow: UInt32) {
        flowNumbers.remove(flow) { Int(truncatingIfNeeded: flows[$0].key.packed) }
    }

    func findTurn(_ key: TenantTurn.Key) -> UInt32? {
        turnNumbers.find(hash: Int(truncatingIfNeeded: key.packed)) { turns[$0].key == key }
    }

    mutating func index(turn: UInt32) {
        turnNumbers.insert(turn) { Int(truncatingIfNeeded: turns[$0].key.packed) }
    }

    mutating func unindex(turn: UInt32) {
        turnNumbers.remove(turn) { Int(truncatingIfNeeded: turns[$0].key.packed) }
    }
}
