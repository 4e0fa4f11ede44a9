import Loop
import MTA
import Mail

extension Configuration {
    /// `submission` lists the ports; `server` holds the limits that all of them share.
    mutating func readSubmission(_ section: ConfigurationSection) {
        let server = section.section("server")
        let limits = Self.serverLimits(server)
        messageSize = limits.messageSize
        let timeouts = Self.serverTimeouts(server.section("timeouts"))
        server.finish()
        listeners = section.sections("submission").compactMap { listener($0, limits: limits, timeouts: timeouts) }
        readInbound(section.section("inbound"), limits: limits, timeouts: timeouts)
    }

    /// Also for the ports of `inbound`, which have the same keys.
    func listener(
        _ entry: ConfigurationSection, limits: ServerLimits, timeouts: ServerTimeouts
    ) -> ListenerConfiguration? {
        let address = entry.parsed("listen", as: "an address and a port such as 0.0.0.0:587") { SocketAddress($0) }
        let tls = entry.choice(
            "tls", default: ListenerTLS.startTLS, ["none": .none, "starttls": .startTLS, "implicit": .implicit])
        let (certificate, key) = (entry.optionalText("certificate"), entry.optionalText("key"))
        if tls != .none {
            if certificate == nil { entry.problem("certificate", "is needed with tls: starttls and implicit") }
            if key == nil { entry.problem("key", "is needed with tls: starttls and implicit") }
        }
        var options = ServerOptions(
            address: address ?? SocketAddress(ip: .v4(0), port: 0), hostname: hostname, tls: tls)
        options.trustedNetworks =
            entry.parsedList("trusted_networks", as: "a network such as 10.0.0.0/8") { IPNetwork($0) } ?? []
        options.strayLineEnds = entry.choice(
            "stray_line_ends", default: .refuse, ["refuse": .refuse, "normalise": .normalise])
        options.synchronisation = entry.choice(
            "synchronisation", default: .strict, ["strict": .strict, "lenient": .lenient])
        options.limits = limits
        options.timeouts = timeouts
        if address == nil, !entry.has("listen") { entry.problem("listen", "is needed: the address and port") }
        entry.finish()
        guard address != nil else { return nil }
        return ListenerConfiguration(line: entry.line, options: options, certificate: certificate, key: key)
    }

    private static func serverLimits(_ section: ConfigurationSection) -> ServerLimits {
        var limits = ServerLimits()
        limits.messageSize = section.size("message_size", default: limits.messageSize)
        limits.headerSize = section.size("header_size", default: limits.headerSize)
        limits.recipients = section.number("recipients", default: limits.recipients, in: 1...1_000_000)
        limits.commandLine = section.size("command_line", default: limits.commandLine)
        limits.saslLine = section.size("sasl_line", default: limits.saslLine)
        // RFC 5321 §4.5.3.1.4: no server may take less than 512.
        if limits.commandLine < 512 { section.problem("command_line", "is less than the 512 bytes of RFC 5321") }
        limits.idleCommands = section.number("idle_commands", default: limits.idleCommands, in: 1...1_000_000)
        limits.chunks = section.number("chunks", default: limits.chunks, in: 1...1_000_000)
        limits.errors = section.number("errors", default: limits.errors, in: 1...1_000_000)
        limits.authFailures = section.number("auth_failures", default: limits.authFailures, in: 1...1_000)
        limits.connections = section.number("connections", default: limits.connections, in: 1...1_000_000)
        limits.connectionsPerClient = section.number(
            "connections_per_client", default: limits.connectionsPerClient, in: 1...1_000_000)
        return limits
    }

    private static func serverTimeouts(_ section: ConfigurationSection) -> ServerTimeouts {
        var timeouts = ServerTimeouts()
        timeouts.command = section.duration("command", default: timeouts.command)
        timeouts.dataBlock = section.duration("data_block", default: timeouts.dataBlock)
        timeouts.data = section.duration("data", default: timeouts.data)
        timeouts.handshake = section.duration("handshake", default: timeouts.handshake)
        timeouts.write = section.duration("write", default: timeouts.write)
        timeouts.greetingPause = section.duration("greeting_pause", default: timeouts.greetingPause)
        section.finish()
        return timeouts
    }
}
