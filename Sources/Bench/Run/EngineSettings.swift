/// The configuration that a bench gives to the engine.
package struct EngineSettings: Sendable {
    package enum WayOut: Sendable {
        /// To a sink on this port of 127.0.0.1.
        case relay(port: UInt16)
        /// Every message is delivered at once, to nobody.
        case null
    }

    package var submissionPort: UInt16
    package var apiPort: UInt16
    package var wayOut: WayOut
    /// Event loops; 0: one per core.
    package var loops = 0
    /// To the sink at once, and messages on each.
    package var connections = 20
    package var messagesPerConnection = 100_000
    /// Also takes, and offers, STARTTLS; by a certificate that signs itself.
    package var certificate: (chain: String, key: String)?
    package var isOutboundTLS = false
    /// Further keys, from the first column.
    package var more = ""

    package init(submissionPort: UInt16, apiPort: UInt16, wayOut: WayOut) {
        self.submissionPort = submissionPort
        self.apiPort = apiPort
        self.wayOut = wayOut
    }

    /// The text of martlet.yaml.
    package func configuration(data: String) -> String {
        let tls = certificate.map { "tls: starttls, certificate: \"\($0.chain)\", key: \"\($0.key)\"" } ?? "tls: none"
        let transport =
            switch wayOut {
            case .null: "next: {kind: \"null\"}"
            case .relay(let port):
                "next: {kind: relay, hosts: [\"127.0.0.1:\(port)\"], tls: \(isOutboundTLS ? "required" : "none"), "
                    + "connections: \(connections), messages_per_connection: \(messagesPerConnection)}"
            }
        return """
            hostname: martlet.bench.example
            data: "\(data)"
            loops: \(loops)
            log: {level: warning}
            api: {listen: "127.0.0.1:\(apiPort)", require_verified_domain: false, require_known_domain: false}
            submission:
              - {listen: "127.0.0.1:\(submissionPort)", \(tls), trusted_networks: [127.0.0.0/8]}
            server: {connections_per_client: 5000, message_size: 256MiB}
            transports:
              \(transport)
            routes:
              - {match: "*", transport: next}
            \(more)

            """
    }
}
