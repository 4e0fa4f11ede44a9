import Loop
import Mail

@testable import DNSAuth

/// A resolver on a loop of its own over a script.
final class ResolverRig {
    let loop: EventLoop
    let clock = ManualTime()
    let exchange: ScriptedExchange
    let resolver: DNSResolver

    static let servers = [1, 2, 3].map { SocketAddress("192.0.2.\($0):53")! }

    init(
        servers count: Int = 1, _ change: (inout ResolverOptions) -> Void = { _ in },
        script: @escaping ScriptedExchange.Script
    ) throws {
        loop = try EventLoop(index: 0)
        loop.start()
        exchange = ScriptedExchange(clock, script)
        var options = ResolverOptions(servers: Array(Self.servers.prefix(count)))
        change(&options)
        resolver = DNSResolver(options: options, executor: loop, exchange: exchange, time: clock)
    }

    /// To be called at the end: a loop that is dropped with a question on it would never answer.
    func stop() { loop.stop() }
}
