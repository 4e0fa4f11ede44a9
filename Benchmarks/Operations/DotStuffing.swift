import Mail

@testable import MTA

extension Operation {
    /// 10 KiB of content as DATA carries it, some lines beginning with a dot.
    static let dotStuffing = Operation("dot-stuffing", count: 500) {
        let content = SampleMail.message(10_240)
        let outlet = Outlet()
        return { times in
            for _ in 0..<times { outlet.write(content) }
        }
    }
}

private final class Outlet {
    private var wire = Bytes()

    func write(_ content: [UInt8]) {
        var stuffer = DotStuffer()
        stuffer.stuff(content.span, into: &wire)
        stuffer.finish(into: &wire)
        wire.consume(wire.count)
    }
}
