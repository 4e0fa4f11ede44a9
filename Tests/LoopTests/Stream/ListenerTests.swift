import Loop
import Mail
import MartletTesting
import Testing

@Suite("Listeners", .timeLimit(.minutes(1)))
struct ListenerTests {
    @Test("port 0 gives a real port, and a second listener on it is refused")
    func ports() throws {
        let listener = try Listener.bind(.loopback())
        defer { listener.stop() }
        #expect(listener.address.port != 0)
        #expect(throws: LoopFailure.self) { try Listener.bind(listener.address) }
    }

    @Test("IPv6 beside IPv4")
    func ipv6() async throws {
        guard let any = SocketAddress("[::1]:0"), let listener = try? Listener.bind(any) else {
            print("SKIPPED: IPv6 listener needs ::1")
            return
        }
        defer { listener.stop() }
        try await withLoop { loop in
            listener.start(on: loop) { socket in #expect(socket.peer.description.hasPrefix("[::1]:")) }
            try await loop.run { stage in
                let stream = try await SocketStream.connect(
                    to: listener.address, from: nil, on: loop, deadline: loop.time.now + .seconds(20))
                let hasMore = try await stream.fill()
                #expect(!hasMore)
            }
        }
    }

    @Test("five hundred connections at once all arrive, and die with the socket that nobody adopts")
    func many() async throws {
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            let shelf = SocketShelf()
            listener.start(on: loop) { shelf.put($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<500 {
                    group.addTask {
                        try await loop.run { stage in
                            let stream = try await SocketStream.connect(
                                to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                            let hasMore = try await stream.fill()
                            #expect(!hasMore)
                        }
                    }
                }
                while shelf.count < 500 { try await SystemTime().sleep(for: .milliseconds(1)) }
                shelf.clear()
                try await group.waitForAll()
            }
        }
    }

    @Test("a stopped listener refuses")
    func stopped() async throws {
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            listener.start(on: loop) { _ in Issue.record("accepted after the stop") }
            listener.stop()
            listener.stop()
            await loop.run { stage in
                let result = await failure { () async throws(StreamFailure) in
                    _ = try await SocketStream.connect(
                        to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                }
                #expect(result == .refused)
            }
        }
    }

    // In a process of its own: the limit holds for all threads.
    @Test("out of descriptors the listener rests and does not spin, and goes on when there are some again")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            try await starve()
        }
    }
}
