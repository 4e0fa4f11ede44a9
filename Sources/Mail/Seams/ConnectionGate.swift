/// Asked before a new connection is opened for a batch: the queue's limits on new connections.
public protocol ConnectionGate: Sendable {
    /// Returns when the connection may be opened, and counts it. `false`: the queue is about to end, open none.
    func mayConnect() async -> Bool
}

/// What the queue asks of a transport's connections while it carries a batch. A transport without connections need not
/// look at it.
public struct ConnectionTerms: Sendable {
    /// `nil`: connections may be opened at will.
    public var gate: (any ConnectionGate)?
    /// Transactions after which a connection is closed, if the transport does not do so before; at least 1.
    public var messagesPerConnection: Int?
    /// Whether any open connection of the site is good for the batch's destination. Else it must be one to a host that
    /// the destination names.
    public var mixesDestinations: Bool
    /// The most connections that may be open to the lane's site at once, in use, idle, or saying QUIT; at least 1.
    /// Before another is opened, an idle one is closed where there are as many already. The queue sets it where a limit
    /// stands on the site's connections, to the limit in force, and opens no more lanes than that. `nil`: no limit; a
    /// connection may still be on its way out while the next is opened.
    public var siteConnections: Int?
    /// The same for the connections from the batch's source to the site: a limit of (site, source).
    public var sourceConnections: Int?

    public init(
        gate: (any ConnectionGate)? = nil, messagesPerConnection: Int? = nil, mixesDestinations: Bool = true,
        siteConnections: Int? = nil, sourceConnections: Int? = nil
    ) {
        self.gate = gate
        self.messagesPerConnection = messagesPerConnection
        self.mixesDestinations = mixesDestinations
        self.siteConnections = siteConnections
        self.sourceConnections = sourceConnections
    }

    /// Whether connections are counted.
    public var isCounted: Bool { siteConnections != nil || sourceConnections != nil }
}
