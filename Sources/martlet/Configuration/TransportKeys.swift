import MTA
import Mail

extension Configuration {
    mutating func readTransports(_ section: ConfigurationSection) {
        for (name, entry) in section.named("transports") {
            transports[name] = transport(entry)
            entry.finish()
        }
    }

    /// A route to a transport that does not exist is a mistake, and so is saying the same match twice. A file that names
    /// neither routes nor transports sends to the MX of each destination.
    mutating func readRoutes(_ section: ConfigurationSection) {
        if transports.isEmpty, !section.has("routes") {
            let client = ClientOptions(heloName: hostname, tls: .opportunistic)
            transports["internet"] = TransportConfiguration(kind: .smtp(SMTPTransportSettings(client: client)))
            routes = [RouteConfiguration(match: .any, transport: "internet")]
        }
        for entry in section.sections("routes") {
            let match = entry.parsed("match", as: "'*', a domain, or '.suffix'", Self.match) ?? .any
            let name = entry.text("transport", default: "")
            if transports[name] == nil {
                let known = transports.keys.sorted().joined(separator: ", ")
                entry.problem("transport", "'\(name)' is none of the transports: \(known)")
            }
            if routes.contains(where: { $0.match == match }) { entry.problem("match", "another route says the same") }
            entry.finish()
            routes.append(RouteConfiguration(match: match, transport: name))
        }
    }

    private static func match(_ text: String) -> RouteMatch? {
        if text == "*" { return .any }
        if text.hasPrefix(".") { return Domain(String(text.dropFirst())).map(RouteMatch.suffix) }
        return Domain(text).map(RouteMatch.domain)
    }

    private func transport(_ entry: ConfigurationSection) -> TransportConfiguration {
        enum Word { case smtp, relay, capture, null }
        let kind = entry.choice(
            "kind", default: Word.smtp, ["smtp": .smtp, "relay": .relay, "capture": .capture, "null": .null])
        var limits = SiteLimits()
        limits.connections = entry.number("connections", default: limits.connections, in: 1...10_000)
        limits.recipientsPerTransaction = entry.number(
            "recipients_per_transaction", default: limits.recipientsPerTransaction, in: 1...10_000)
        switch kind {
        case .capture: return TransportConfiguration(kind: .capture, limits: limits)
        case .null: return TransportConfiguration(kind: .null, limits: limits)
        case .smtp:
            var settings = SMTPTransportSettings(client: client(entry, tls: .published))
            settings.port = UInt16(entry.number("port", default: 25, in: 1...65_535))
            settings.allowsLoopbackTargets = entry.flag("allow_loopback_targets", default: false)
            return TransportConfiguration(kind: .smtp(settings), limits: limits)
        case .relay:
            let user = entry.optionalText("user")
            let password = entry.optionalText("password")
            if (user == nil) != (password == nil) { entry.problem("user", "user and password go together") }
            let isPlaintext = entry.flag("allow_plaintext_auth_on_loopback", default: false)
            let isUnverified = entry.flag("allow_unverified_auth", default: false)
            // RFC 4954 §9: a password goes to a host that has proved its name, unless the file says otherwise.
            let tls: TLSMode = password == nil || isPlaintext ? .opportunistic : .verify
            var settings = RelayTransportSettings(client: client(entry, tls: tls))
            if settings.client.tls == .mtaSTS {
                entry.problem("tls", "mta-sts is for MX hosts: a smarthost has no such policy")
            }
            if let user, let password {
                settings.client.credentials = ClientCredentials(
                    user: user, password: password, allowsPlaintextOnLoopback: isPlaintext,
                    allowsUnverifiedTLS: isUnverified)
            }
            let hosts = entry.parsedList("hosts", as: "host:port", HostPort.init) ?? []
            if hosts.isEmpty { entry.problem("hosts", "a relay needs at least one host:port") }
            settings.hosts = hosts.map { RelayHost(name: $0.host, port: $0.port) }
            return TransportConfiguration(kind: .relay(settings), limits: limits)
        }
    }

    private func client(_ entry: ConfigurationSection, tls: TLSMode) -> ClientOptions {
        let words: KeyValuePairs<String, TLSMode> = [
            "none": .none, "published": .published, "opportunistic": .opportunistic, "required": .required,
            "verify": .verify, "dane": .dane, "mta-sts": .mtaSTS, "implicit": .implicit,
        ]
        var client = ClientOptions(
            heloName: entry.text("helo", default: hostname), tls: entry.choice("tls", default: tls, words))
        client.source = entry.parsed("source", as: "an IP address") { IPAddress($0) }
        client.eightBit = entry.choice("eight_bit", default: client.eightBit, ["send": .sendAnyway, "bounce": .bounce])
        var limits = client.limits
        limits.messagesPerConnection = entry.number(
            "messages_per_connection", default: limits.messagesPerConnection, in: 1...10_000_000)
        limits.commandGroup = entry.size("command_group", default: limits.commandGroup)
        limits.idleTimeout = entry.duration("idle_timeout", default: limits.idleTimeout)
        limits.addressesPerAttempt = entry.number(
            "addresses_per_attempt", default: limits.addressesPerAttempt, in: 1...100)
        limits.sessionsPerAttempt = entry.number(
            "sessions_per_attempt", default: limits.sessionsPerAttempt, in: 1...100)
        limits.chunkedContent = entry.size("chunked_content", default: limits.chunkedContent)
        limits.brokenTLSMemory = entry.duration("broken_tls_memory", default: limits.brokenTLSMemory)
        client.limits = limits
        client.timeouts = Self.clientTimeouts(entry.section("timeouts"))
        return client
    }

    private static func clientTimeouts(_ section: ConfigurationSection) -> ClientTimeouts {
        var timeouts = ClientTimeouts()
        timeouts.connect = section.duration("connect", default: timeouts.connect)
        timeouts.banner = section.duration("banner", default: timeouts.banner)
        timeouts.hello = section.duration("hello", default: timeouts.hello)
        timeouts.startTLS = section.duration("starttls", default: timeouts.startTLS)
        timeouts.authentication = section.duration("auth", default: timeouts.authentication)
        timeouts.mail = section.duration("mail", default: timeouts.mail)
        timeouts.recipient = section.duration("recipient", default: timeouts.recipient)
        timeouts.data = section.duration("data", default: timeouts.data)
        timeouts.block = section.duration("block", default: timeouts.block)
        timeouts.finalDot = section.duration("final_dot", default: timeouts.finalDot)
        timeouts.reset = section.duration("reset", default: timeouts.reset)
        timeouts.quit = section.duration("quit", default: timeouts.quit)
        section.finish()
        return timeouts
    }
}
