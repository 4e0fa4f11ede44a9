import ArgumentParser
import Bench

/// How much mail a source sends, and how: the same words for `bench relay` and `bench source`.
struct BenchLoadOption: ParsableArguments {
    @Option(name: .long, help: "Messages to send. (default: 20000, unless --duration is given)")
    var messages: Int?

    @Option(name: .long, help: "Send for so long instead: 30s, 5m.")
    var duration: String?

    @Option(name: .long, help: "Bytes of each body, as 1024, 10KiB or 1MiB; the header is some 300 more.")
    var size = "1024"

    @Option(name: .long, help: "SMTP sessions at once.")
    var connections = 20

    @Option(name: .long, help: "Messages on one connection, then a new one is opened. (default: connections are kept)")
    var perConnection: Int?

    @Option(name: .long, help: "Domains that the recipients have, in turn.")
    var domains = 1

    @Option(
        name: .long,
        help: """
            Messages a second, evenly spaced and sent at their time whatever happened to those before. (default: as \
            fast as replies come)
            """)
    var rate: Double?

    @Flag(name: .long, help: "Envelopes in one write, where PIPELINING is offered.")
    var pipeline = false

    @Flag(name: .long, help: "Speak TLS (STARTTLS).")
    var tls = false

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    func arguments() throws -> LoadArguments {
        var load = LoadArguments()
        if messages != nil && duration != nil { throw ValidationError("--messages or --duration, not both") }
        try BenchRange.check("--messages", messages, 1...100_000_000)
        if let duration {
            guard let time = DurationText.parse(duration), time >= .seconds(1), time <= .seconds(86_400) else {
                throw ValidationError("--duration takes a time from 1s to 24h, as 30s or 5m")
            }
            load.duration = Int(time.components.seconds)
        } else {
            load.messages = messages ?? 20_000
        }
        guard let bytes = ByteCountText.parse(size), bytes <= 64 << 20 else {
            throw ValidationError("--size takes bytes up to 64MiB, as 1024 or 10KiB")
        }
        try BenchRange.check("--connections", connections, 1...10_000)
        try BenchRange.check("--per-connection", perConnection, 1...1_000_000)
        try BenchRange.check("--domains", domains, 1...1_000_000)
        if let rate, !(0.1...1_000_000).contains(rate) {
            throw ValidationError("--rate takes messages a second from 0.1 to 1000000")
        }
        load.size = bytes
        load.connections = connections
        load.perConnection = perConnection
        load.domains = domains
        load.rate = rate
        load.isPipelining = pipeline
        load.isTLS = tls
        load.seed = seed
        return load
    }
}

/// Numbers of an option, refused with its name.
enum BenchRange {
    static func check(_ option: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(option) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
    }

    static func check(_ option: String, share value: Double) throws {
        guard !(0...1).contains(value) else { return }
        throw ValidationError("\(option) takes a share from 0 to 1, not \(value)")
    }
}
