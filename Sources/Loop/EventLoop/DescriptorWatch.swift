/// Tells whenever a descriptor that somebody else owns, a C library, is ready, until it is dropped. It goes on telling
/// as long as the descriptor stays ready.
///
/// Made on its loop. Must be dropped before the descriptor is closed, and may be dropped within `body`.
/// Not Sendable: what owns it lives on the loop.
package final class DescriptorWatch {
    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let reading = Self(rawValue: 1)
        package static let writing = Self(rawValue: 2)
    }

    private let target: LoopCallback

    /// - Parameter body: called on the loop, never within a call to the watch.
    /// - Returns: `nil` when the kernel has no memory to watch one more descriptor.
    package init?(
        _ descriptor: Int32, for interest: Interest, on loop: EventLoop, _ body: @escaping (Interest) -> Void
    ) {
        target = LoopCallback(on: loop) { readiness in
            var ready: Interest = []
            if readiness.contains(.read) { ready.insert(.reading) }
            if readiness.contains(.write) { ready.insert(.writing) }
            body(ready)
        }
        var wanted: Readiness = []
        if interest.contains(.reading) { wanted.insert(.read) }
        if interest.contains(.writing) { wanted.insert(.write) }
        target.watch = Watch(descriptor: descriptor, interest: .level(wanted), target: target, on: loop)
        guard target.watch?.arm() == true else { return nil }
    }

    deinit { target.retire() }
}

/// What a watch of this kind reports to.
///
/// A watch may be dropped while its callback runs, and the callback's caller holds no reference. So whoever drops it
/// leaves this object to the loop, which lets go of it in a later turn.
///
/// `@unchecked Sendable`: touched on the loop's thread only, or where no thread runs the loop.
@safe
final class LoopCallback: WatchTarget, @unchecked Sendable {
    var watch: Watch?
    private let loop: EventLoop
    private let body: (Readiness) -> Void

    init(on loop: EventLoop, _ body: @escaping (Readiness) -> Void) {
        self.loop = loop
        self.body = body
    }

    override func becameReady(_ readiness: Readiness) { body(readiness) }

    func retire() {
        if loop.isTouchable { watch = nil }
        loop.submit { self.watch = nil }
    }
}
