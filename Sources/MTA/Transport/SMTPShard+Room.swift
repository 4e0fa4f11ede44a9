import Mail

/// How many connections there may be to a site, and who makes room for whom.
///
/// A remote host counts sockets: those that lie idle for another source or destination, and those that have not come
/// to the end of their QUIT, as much as those that carry mail. So each is in the census from before it is dialled
/// until it is closed, and where the queue has set a limit nobody dials while the census is full. An idle connection
/// goes first; where none is idle, one is about to be, or about to end, because the queue opens no more lanes than the
/// limit allows.
extension SMTPShard {
    /// Returns when another connection may be opened, and counts it. `false`: the shard is shutting down.
    func takeRoom(_ site: String, _ source: EgressSource?, _ terms: ConnectionTerms) async -> Bool {
        while !isShuttingDown {
            guard terms.isCounted, let crowd = crowd(site, source, terms) else {
                census.add(site: site, source: source?.name)
                return true
            }
            if let idle = takeIdle(crowd, site, source) {
                await dismiss([idle], of: site)
            } else {
                await withCheckedContinuation { waitingForRoom[site, default: []].append($0) }
            }
        }
        return false
    }

    /// A connection is closed, or did not come about.
    func giveUpRoom(_ site: String, _ source: EgressSource?) {
        census.remove(site: site, source: source?.name)
        tellOfRoom(site)
    }

    /// Whoever waits looks again.
    func tellOfRoom(_ site: String) {
        guard let waiting = waitingForRoom.removeValue(forKey: site) else { return }
        for continuation in waiting { continuation.resume() }
    }

    /// A limit that has been lowered holds for connections that are open already: those that nobody uses go.
    func thinOut(_ site: String, _ source: EgressSource?, _ terms: ConnectionTerms) async {
        while let crowd = crowd(site, source, terms, room: 0), let idle = takeIdle(crowd, site, source) {
            await dismiss([idle], of: site)
        }
    }

    private func takeIdle(
        _ crowd: ConnectionCensus.Crowd, _ site: String, _ source: EgressSource?
    ) -> SMTPConnection? {
        let idle: SMTPConnection?
        switch crowd {
        case .site: idle = pool.takeOldest(site: site)
        case .source: idle = source.flatMap { pool.takeOldest(site: site, source: $0.name) }
        }
        // It may be from before there was a limit.
        idle?.isCounted = true
        return idle
    }

    private func crowd(
        _ site: String, _ source: EgressSource?, _ terms: ConnectionTerms, room: Int = 1
    ) -> ConnectionCensus.Crowd? {
        census.crowd(
            site: site, source: source?.name, siteLimit: terms.siteConnections, sourceLimit: terms.sourceConnections,
            room: room)
    }
}
