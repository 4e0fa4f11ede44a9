import ArgumentParser
import Bench
import Loop
import UnixSignals

struct BenchSinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink", abstract: "A server that takes mail and forgets it, or misbehaves as it is told to.",
        discussion: """
            Runs until SIGTERM or Ctrl-C and then says what it has seen. Messages of 'martlet bench source' are \
            counted once each, and repeats by themselves. Chance comes from --seed: the same connections meet the \
            same luck. --drop names where connections break instead of an answer, and maybe how often: connect, \
            greeting, ehlo, mail, rcpt, data, content, after-content; for example '--drop after-content:0.01'.
            """)

    @Option(name: .long, help: "Address and port to listen on; port 0 takes a free one.")
    var listen = "127.0.0.1:2526"

    @Option(name: .long, help: "Milliseconds before each answer.")
    var latency = 0

    @Option(name: .long, help: "Share, 0 to 1, refused with 451.")
    var temporary = 0.0

    @Option(name: .long, help: "Share, 0 to 1, refused with 550.")
    var permanent = 0.0

    @Option(name: .long, help: "What a refusal turns away: recipient or message.")
    var refuse = "recipient"

    @Option(
        name: .long,
        help: ArgumentHelp("Break connections at a step; may be given more than once.", valueName: "step[:share]"))
    var drop: [String] = []

    @Option(name: .long, help: "Connections at once; one more is greeted with 421. (default: no limit)")
    var connectionLimit: Int?

    @Option(name: .long, help: "Messages on one connection, then 421. (default: no limit)")
    var messageLimit: Int?

    @Option(name: .long, help: "Bytes a second read from each connection, as 4096 or 64KiB. (default: all at once)")
    var bytesPerSecond: String?

    @Flag(name: .long, help: "Offer STARTTLS, with a certificate that signs itself.")
    var tls = false

    @Flag(name: .long, help: "Do not offer PIPELINING.")
    var noPipelining = false

    @Flag(name: .long, help: "Do not offer CHUNKING.")
    var noChunking = false

    @Option(name: .long, help: "Event loops, each a thread.")
    var loops = 1

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @Flag(name: .long, help: "Print progress and result as lines of JSON.")
    var json = false

    func validate() throws {
        _ = try behaviour()
        guard SocketAddress(listen) != nil else {
            throw ValidationError("--listen takes an address and port, as 127.0.0.1:2526, not '\(listen)'")
        }
        try BenchRange.check("--loops", loops, 1...256)
    }

    func behaviour() throws -> SinkBehaviour {
        var behaviour = SinkBehaviour()
        try BenchRange.check("--latency", latency, 0...600_000)
        behaviour.latency = .milliseconds(latency)
        try BenchRange.check("--temporary", share: temporary)
        try BenchRange.check("--permanent", share: permanent)
        if temporary + permanent > 1 { throw ValidationError("--temporary and --permanent are more than 1 together") }
        behaviour.temporary = temporary
        behaviour.permanent = permanent
        guard let scope = SinkBehaviour.Scope(rawValue: refuse) else {
            throw ValidationError("--refuse takes 'recipient' or 'message', not '\(refuse)'")
        }
        behaviour.scope = scope
        for text in drop {
            let words = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard let phase = words.first.flatMap({ SinkBehaviour.Phase(rawValue: $0) }),
                let share = words.count > 1 ? Double(words[1]) : 1
            else {
                let phases = SinkBehaviour.Phase.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--drop takes a step (\(phases)) and maybe ':' and a share, not '\(text)'")
            }
            try BenchRange.check("--drop", share: share)
            behaviour.drops[phase] = share
        }
        try BenchRange.check("--connection-limit", connectionLimit, 1...1_000_000)
        try BenchRange.check("--message-limit", messageLimit, 1...1_000_000_000)
        behaviour.connectionLimit = connectionLimit
        behaviour.messageLimit = messageLimit
        if let bytesPerSecond {
            guard let bytes = ByteCountText.parse(bytesPerSecond), bytes > 0 else {
                throw ValidationError("--bytes-per-second takes bytes, as 4096 or 64KiB, not '\(bytesPerSecond)'")
            }
            behaviour.bytesPerSecond = bytes
        }
        behaviour.offersPipelining = !noPipelining
        behaviour.offersChunking = !noChunking
        behaviour.offersTLS = tls
        behaviour.seed = seed
        return behaviour
    }

    func run() async throws {
        guard let address = SocketAddress(listen) else { return }
        _ = DescriptorLimit.raise()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let sink: SMTPSink
        do { sink = try SMTPSink(try behaviour(), on: address, loops: loops) } catch { stop(error) }
        if !json {
            print("sink: listening on \(sink.address)")
            Terminal.flush()
        }
        await sink.run(LoadVoice(part: "sink", isJSON: json).say) {
            for await _ in signals { return }
        }
    }
}
