import Loop
import Mail
import MartletTesting
import Testing

@Suite("Socket streams", .timeLimit(.minutes(1)))
struct SocketStreamTests {
    @Test("both sides see the other's address")
    func addresses() async throws {
        try await withLoop { loop in
            let (here, there) = try await withConnection(on: loop) { stage, stream in
                (stream.local, stream.peer)
            } server: { stage, stream in
                (stream.local, stream.peer)
            }
            #expect(here.0 == there.1 && here.1 == there.0)
            #expect(here.0.ip == .v4(0x7F00_0001) && here.0.port != 0)
        }
    }

    @Test("the end of the peer's side is false, again and again, and writing still works: half-close")
    func halfClose() async throws {
        try await withLoop { loop in
            let (reply, request) = try await withConnection(on: loop) { stage, stream in
                stream.outbound.append("QUIT\r\n")
                try await stream.flush()
                stream.shutdownWrite()
                while try await stream.fill() {}
                #expect(try await stream.fill() == false)
                return stream.inbound.copy()
            } server: { stage, stream in
                while try await stream.fill() {}
                stream.outbound.append("221 Bye\r\n")
                try await stream.flush()
                return stream.inbound.copy()
            }
            #expect(reply == Array("221 Bye\r\n".utf8) && request == Array("QUIT\r\n".utf8))
        }
    }

    @Test("large writes reach a slow reader whole and in order", arguments: [false, true])
    func slowReader(inPieces: Bool) async throws {
        let size = 20_000_000
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try await withLoop { loop in
            let (_, received) = try await withConnection(on: loop) { stage, stream in
                stream.outbound.append("head")
                if inPieces {
                    var pieces = stride(from: 0, to: size, by: 1_999_999).map {
                        Array(payload[$0..<min(size, $0 + 1_999_999)])
                    }
                    pieces.insert([], at: 0)
                    pieces.insert([], at: 3)
                    pieces.append([])
                    try await stream.flush(pieces)
                } else {
                    stream.outbound.append(payload)
                    try await stream.flush()
                }
                let isSent = stream.outbound.isEmpty
                #expect(isSent)
            } server: { stage, stream in
                var received: [UInt8] = []
                var rounds = 0
                while try await stream.fill() {
                    let count = stream.inbound.count
                    #expect(count <= 65_536)
                    received += stream.inbound.copy()
                    stream.discardInbound()
                    rounds += 1
                    if rounds % 50 == 0 { try await loop.time.sleep(for: .milliseconds(1)) }
                }
                return received
            }
            #expect(received == Array("head".utf8) + payload)
        }
    }

    @Test("a deadline ends a wait, not before its time, and the stream goes on")
    func deadline() async throws {
        try await withLoop { loop in
            let (_, heard) = try await withConnection(on: loop) { stage, stream in
                // A later deadline, then an earlier one: the timer that is set already must not be waited for.
                stream.deadline = loop.time.now + .seconds(3_600)
                stream.outbound.append("a")
                try await stream.flush()
                #expect(try await stream.fill())
                stream.deadline = loop.time.now + .milliseconds(30)
                let due = stream.deadline
                let timedOut = await failure { () async throws(StreamFailure) in try await stream.fill() }
                #expect(timedOut == .timedOut)
                #expect(loop.time.now >= due)
                #expect(await failure { () async throws(StreamFailure) in try await stream.fill() } == .timedOut)
                stream.deadline = .distantFuture
                stream.outbound.append("b")
                try await stream.flush()
                #expect(try await stream.fill())
            } server: { stage, stream in
                var heard: [UInt8] = []
                while try await stream.fill() {
                    heard += stream.inbound.copy()
                    stream.discardInbound()
                    stream.outbound.append("ok")
                    try await stream.flush()
                }
                return heard
            }
            #expect(heard == Array("ab".utf8))
        }
    }

    @Test("a deadline that moves on with every command never fires")
    func lazyDeadline() async throws {
        try await withLoop { loop in
            _ = try await withConnection(on: loop) { stage, stream in
                for _ in 0..<12 {
                    stream.deadline = loop.time.now + .seconds(2)
                    stream.outbound.append("x")
                    try await stream.flush()
                    #expect(try await stream.fill())
                    stream.discardInbound()
                }
            } server: { stage, stream in
                while try await stream.fill() {
                    stream.discardInbound()
                    try await loop.time.sleep(for: .milliseconds(250))
                    stream.outbound.append("y")
                    try await stream.flush()
                }
            }
        }
    }

    @Test("a write to a peer that does not read meets the deadline")
    func writeDeadline() async throws {
        try await withLoop { loop in
            _ = try await withConnection(on: loop) { stage, stream in
                stream.deadline = loop.time.now + .milliseconds(50)
                stream.outbound.append([UInt8](repeating: 0, count: 50_000_000))
                #expect(await failure { () async throws(StreamFailure) in try await stream.flush() } == .timedOut)
            } server: { stage, stream in
                try await loop.time.sleep(for: .milliseconds(200))
            }
        }
    }

    @Test("cancelling the task wakes the stream, whether it waits already or not", arguments: [0, 20])
    func cancellation(milliseconds: Int64) async throws {
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            let waiting = Task {
                await loop.run { stage in
                    await failure { () async throws(StreamFailure) in
                        let stream = try await SocketStream.connect(
                            to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                        return try await stream.fill()
                    }
                }
            }
            try await loop.time.sleep(for: .milliseconds(milliseconds))
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
        }
    }

    @Test("closing wakes who waits; afterwards everything is closed")
    func closing() async throws {
        try await withLoop { loop in
            _ = try await withConnection(on: loop) { stage, stream in
                let reader = Task {
                    _ = stage
                    return await failure { () async throws(StreamFailure) in try await stream.fill() }
                }
                try await loop.time.sleep(for: .milliseconds(20))
                stream.close()
                stream.close()
                #expect(await reader.value == .closed)
                #expect(await failure { () async throws(StreamFailure) in try await stream.fill() } == .closed)
                stream.outbound.append("x")
                #expect(await failure { () async throws(StreamFailure) in try await stream.flush() } == .closed)
            } server: { stage, stream in
                let hasMore = try await stream.fill()
                #expect(!hasMore)
            }
        }
    }

    @Test("a peer that resets the connection is .reset, after what it said has been read")
    func reset() async throws {
        try await withLoop { loop in
            let (heard, _) = try await withConnection(on: loop) { stage, stream in
                stream.outbound.append([UInt8](repeating: 0, count: 100_000))
                try await stream.flush()
                _ = try await stream.fill()
                let heard = stream.inbound.copy()
                var last: StreamFailure?
                for _ in 0..<20 where last == nil {
                    last = await failure { () async throws(StreamFailure) in
                        stream.outbound.append("x")
                        try await stream.flush()
                        _ = try await stream.fill()
                    }
                }
                #expect(last == .reset)
                return heard
            } server: { stage, stream in
                _ = try await stream.fill()
                stream.outbound.append("421 no\r\n")
                try await stream.flush()
                // Closing with unread bytes makes the kernel send RST.
            }
            #expect(heard == Array("421 no\r\n".utf8))
        }
    }

    @Test("nobody listens: .refused; a source address that is not ours: .unreachable")
    func refused() async throws {
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            let address = listener.address
            listener.stop()
            let failures = await loop.run { stage in
                let refused = await failure { () async throws(StreamFailure) in
                    _ = try await SocketStream.connect(to: address, from: nil, on: loop, deadline: .distantFuture)
                }
                let foreign = await failure { () async throws(StreamFailure) in
                    _ = try await SocketStream.connect(
                        to: address, from: .v4(0xC000_0201), on: loop, deadline: .distantFuture)
                }
                return [refused, foreign]
            }
            #expect(failures[0] == .refused)
            guard case .noSource? = failures[1] else {
                Issue.record("a foreign source gave \(String(describing: failures[1]))")
                return
            }
        }
    }

    @Test("a stream that nobody closes is closed when its owner goes, from any thread")
    func dropped() async throws {
        await #expect(processExitsWith: .success) {
            try await withLoop { loop in
                let listener = try Listener.bind(.loopback())
                listener.start(on: loop) { _ in }
                try await withoutLeak {
                    let owner = Owner(loop)
                    try await owner.connect(to: listener.address)
                }
            }
        }
    }

    @Test("tasks that do not prefer the loop lose no wake-up between the attempt and the wait")
    func withoutPreference() async throws {
        // Such a task hops on its way into the wait. With more of them than the loop runs jobs between two looks at the
        // sockets, and the peer on another thread, some bytes arrive just then.
        let other = try EventLoop(index: 1)
        other.start()
        defer { other.stop() }
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            listener.start(on: other) { socket in
                Task(executorPreference: other) {
                    try await Stage(on: other).perform { stage in
                        let stream = SocketStream(accepted: socket, on: other)
                        while try await stream.fill() {
                            stream.outbound.append(stream.inbound)
                            stream.discardInbound()
                            try await stream.flush()
                        }
                    }
                }
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await Stage(on: loop).perform { stage in
                            let stream = try await SocketStream.connect(
                                to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                            var echoed = 0
                            for _ in 0..<100 {
                                stream.deadline = loop.time.now + .seconds(20)
                                stream.outbound.append("NOOP\r\n")
                                try await stream.flush()
                                while stream.inbound.firstIndex(of: 10) == nil { _ = try await stream.fill() }
                                echoed += stream.inbound.count
                                stream.discardInbound()
                            }
                            return echoed
                        }
                    }
                }
                for try await echoed in group { #expect(echoed == 600) }
            }
        }
    }

    @Test("ten thousand commands and replies, byte by byte and pipelined")
    func dialogue() async throws {
        try await withLoop { loop in
            let (count, _) = try await withConnection(on: loop) { stage, stream in
                var count = 0
                for round in 0..<1_000 {
                    for _ in 0..<10 { stream.outbound.append("NOOP\r\n") }
                    if round % 2 == 0 { try await stream.flush() } else { try await stream.flush([]) }
                    var wanted = 10
                    while wanted > 0 {
                        while let end = stream.inbound.firstIndex(of: 10) {
                            stream.inbound.consume(end + 1)
                            wanted -= 1
                            count += 1
                        }
                        if wanted > 0 { _ = try await stream.fill() }
                    }
                }
                return count
            } server: { stage, stream in
                while try await stream.fill() {
                    while let end = stream.inbound.firstIndex(of: 10) {
                        stream.inbound.consume(end + 1)
                        stream.outbound.append("250 OK\r\n")
                    }
                    try await stream.flush()
                }
            }
            #expect(count == 10_000)
        }
    }
}
