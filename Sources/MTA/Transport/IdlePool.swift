import Mail

/// Connections that wait for their next transaction, by site and source. One per shard, so nothing is locked.
///
/// A lane gets its own last connection back where it is there, else the one that was used most recently: the others may
/// then grow old and go, and a site that needs three connections does not keep twenty. A batch never travels from
/// another source than its own.
struct IdlePool<Connection> {
    struct Entry {
        var connection: Connection
        var source: EgressSource?
        var lane: Int
        var since: MonotonicInstant
    }

    /// In the order in which they became free.
    private var sites: [String: [Entry]] = [:]
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func put(
        _ connection: Connection, site: String, source: EgressSource? = nil, lane: Int, at now: MonotonicInstant
    ) {
        sites[site, default: []].append(Entry(connection: connection, source: source, lane: lane, since: now))
        count += 1
    }

    /// - Parameter isSuitable: destinations of one site may ask for different things of a connection.
    mutating func take(
        site: String, source: EgressSource? = nil, lane: Int, where isSuitable: (Connection) -> Bool = { _ in true }
    ) -> Connection? {
        guard let place = sites.index(forKey: site) else { return nil }
        let entries = sites.values[place]
        // Emptied sites keep their place until `removeExpired` finds them, so that a busy one is not hashed in and out.
        guard
            let index = entries.lastIndex(where: {
                $0.lane == lane && EgressSource.isSameWay($0.source, source) && isSuitable($0.connection)
            })
                ?? entries.lastIndex(where: {
                    EgressSource.isSameWay($0.source, source) && isSuitable($0.connection)
                })
        else { return nil }
        return remove(index, at: place)
    }

    /// The one of the site that has been free longest, whatever its source: it makes room for another.
    mutating func takeOldest(site: String) -> Connection? {
        guard let place = sites.index(forKey: site), !sites.values[place].isEmpty else { return nil }
        return remove(0, at: place)
    }

    /// The same among those of the source of this name.
    mutating func takeOldest(site: String, source: String) -> Connection? {
        guard let place = sites.index(forKey: site),
            let index = sites.values[place].firstIndex(where: { $0.source?.name == source })
        else { return nil }
        return remove(index, at: place)
    }

    private mutating func remove(_ index: Int, at place: [String: [Entry]].Index) -> Connection {
        count -= 1
        let connection = sites.values[place].remove(at: index).connection
        // The last one: whatever sites were emptied before are forgotten now, or a million of them would stay.
        if count == 0, sites.count > 64 { sites = [:] }
        return connection
    }

    /// Takes out what has been free since before `deadline`.
    mutating func removeExpired(before deadline: MonotonicInstant) -> [(site: String, connections: [Connection])] {
        var expired: [(site: String, connections: [Connection])] = []
        for site in Array(sites.keys) {
            guard var entries = sites[site] else { continue }
            let old = entries.prefix { $0.since <= deadline }
            if !old.isEmpty { expired.append((site, old.map(\.connection))) }
            count -= old.count
            entries.removeFirst(old.count)
            sites[site] = entries.isEmpty ? nil : entries
        }
        return expired
    }

    mutating func removeAll() -> [(site: String, connections: [Connection])] {
        let all = sites.map { (site: $0.key, connections: $0.value.map(\.connection)) }
        sites = [:]
        count = 0
        return all
    }

    /// When the one that has been free longest became so.
    var oldest: MonotonicInstant? { sites.values.compactMap(\.first?.since).min() }
}
