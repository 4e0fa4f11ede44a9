/// How many connections are open to each site, and from which sources: in use, idle, or on their way out. What the
/// remote host counts against its limit is all of them, not only those that carry mail.
struct ConnectionCensus {
    private struct Count {
        var all = 0
        /// By the name of the source.
        var bySource: [String: Int] = [:]
    }

    /// What has as many connections as it may have.
    enum Crowd: Hashable {
        case site
        /// The site, from this source.
        case source
    }

    private var sites: [String: Count] = [:]

    /// Before a connection is opened.
    mutating func add(site: String, source: String?) {
        sites[site, default: Count()].all += 1
        if let source { sites[site]?.bySource[source, default: 0] += 1 }
    }

    /// After it was closed.
    mutating func remove(site: String, source: String?) {
        guard var count = sites[site] else { return }
        count.all -= 1
        if let source, let number = count.bySource[source] { count.bySource[source] = number > 1 ? number - 1 : nil }
        sites[site] = count.all > 0 ? count : nil
    }

    /// - Parameter room: how many more there are to be: 1 before another is opened, 0 to see whether there are too
    ///   many.
    func crowd(
        site: String, source: String?, siteLimit: Int?, sourceLimit: Int?, room: Int = 1
    ) -> Crowd? {
        guard let count = sites[site] else { return nil }
        if let sourceLimit, let source, count.bySource[source, default: 0] + room > max(1, sourceLimit) {
            return .source
        }
        if let siteLimit, count.all + room > max(1, siteLimit) { return .site }
        return nil
    }

    func count(site: String) -> Int { sites[site]?.all ?? 0 }

    func count(site: String, source: String) -> Int { sites[site]?.bySource[source] ?? 0 }
}
