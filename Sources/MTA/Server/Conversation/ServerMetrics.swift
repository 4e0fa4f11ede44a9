import Metrics

/// The counters of one listener.
struct ServerMetrics: Sendable {
    private let sessions: Meter
    private let connections: Counter
    private let refusedConnections: Counter
    private let messages: Counter
    private let refusedMessages: Counter
    private let bytes: Counter
    private let failedLogins: Counter

    init(address: String) {
        let listener = [("listener", address)]
        sessions = Meter(label: "martlet_smtp_server_sessions", dimensions: listener)
        connections = Counter(label: "martlet_smtp_server_connections_total", dimensions: listener)
        refusedConnections = Counter(label: "martlet_smtp_server_refused_connections_total", dimensions: listener)
        messages = Counter(label: "martlet_smtp_server_messages_total", dimensions: listener)
        refusedMessages = Counter(label: "martlet_smtp_server_refused_messages_total", dimensions: listener)
        bytes = Counter(label: "martlet_smtp_server_bytes_total", dimensions: listener)
        failedLogins = Counter(label: "martlet_smtp_server_failed_logins_total", dimensions: listener)
    }

    func opened() {
        sessions.increment()
        connections.increment()
    }

    func closed() { sessions.decrement() }
    func refusedConnection() { refusedConnections.increment() }
    func loginFailed() { failedLogins.increment() }

    func accepted(_ size: Int) {
        messages.increment()
        bytes.increment(by: size)
    }

    func refusedMessage() { refusedMessages.increment() }
}
