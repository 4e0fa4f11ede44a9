package import Mail

package struct ControlOptions: Sendable {
    package var host: String
    /// 0: any free port.
    package var port: Int
    /// The receiving server's mail, shown under `/dev`. Only `martlet dev` has one.
    package var devInbox: (any Inbox)?

    package init(host: String = "127.0.0.1", port: Int = 8025, devInbox: (any Inbox)? = nil) {
        self.host = host
        self.port = port
        self.devInbox = devInbox
    }
}
