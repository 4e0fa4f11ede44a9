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

    public init(
        gate: (any ConnectionGate)? = nil, messagesPerConnection: Int? = nil, mixesDestinations: Bool = true
    ) {
        self.gate = gate
        self.messagesPerConnection = messagesPerConnection
        self.mixesDestinations = mixesDestinations
    }
}
