/// The connections of a simulated transport: kept by site and source, the one used last taken first.
struct SimulatedConnections {
    private struct Connection {
        var site: Int
        var source: Int
        /// Transactions on it.
        var carried = 0
        /// Since when nobody uses it.
        var since: Int64 = 0
    }

    private let sources: Int
    private var connections = Slab<Connection>()
    /// By site and source, in the order in which they became free.
    private var idle: [[UInt32]]
    /// Open ones of each site.
    private var open: [Int]

    init(sites: Int, sources: Int) {
        self.sources = sources
        idle = [[UInt32]](repeating: [], count: sites * sources)
        open = [Int](repeating: 0, count: sites)
    }

    func openCount(_ site: Int) -> Int { open[site] }

    mutating func make(_ site: Int, _ source: Int) -> UInt32 {
        open[site] += 1
        return connections.insert(Connection(site: site, source: source))
    }

    /// One transaction more. - Returns: how many there have been.
    mutating func count(_ connection: UInt32) -> Int {
        connections[connection].carried += 1
        return connections[connection].carried
    }

    func transactions(_ connection: UInt32) -> Int { connections[connection].carried }

    mutating func take(_ site: Int, _ source: Int) -> UInt32? { idle[site * sources + source].popLast() }

    mutating func put(_ connection: UInt32, at time: Int64) {
        connections[connection].since = time
        idle[connections[connection].site * sources + connections[connection].source].append(connection)
    }

    /// - Returns: whose it was.
    mutating func close(_ connection: UInt32) -> (site: Int, source: Int) {
        let closed = connections[connection]
        open[closed.site] -= 1
        connections.release(connection)
        return (closed.site, closed.source)
    }

    /// The one that has been idle longest, if it has been since before then.
    mutating func takeExpired(_ site: Int, _ source: Int, before time: Int64) -> UInt32? {
        let place = site * sources + source
        guard let first = idle[place].first, connections[first].since < time else { return nil }
        idle[place].removeFirst()
        return first
    }

    /// Of all sources' idle connections to a site the one that has been idle longest.
    mutating func takeOldest(_ site: Int) -> UInt32? {
        var found: Int?
        for place in (site * sources)..<((site + 1) * sources) {
            guard let first = idle[place].first else { continue }
            if let best = found, connections[idle[best][0]].since <= connections[first].since { continue }
            found = place
        }
        return found.map { idle[$0].removeFirst() }
    }
}
