import Loop
import Mail
import MartletTesting
import Testing

/// Runs the body with a loop of its own, and ends the loop.
func withLoop<Result>(_ body: (EventLoop) async throws -> Result) async throws -> Result {
    let loop = try EventLoop(index: 0)
    loop.start()
    defer { loop.stop() }
    return try await body(loop)
}

/// A connected pair over loopback: what connected and what was accepted, each handed to its own body on the loop.
func withConnection<A: Sendable, B: Sendable>(
    on loop: EventLoop,
    client: @escaping @Sendable (isolated Stage, SocketStream) async throws -> A,
    server: @escaping @Sendable (isolated Stage, SocketStream) async throws -> B
) async throws -> (A, B) {
    let listener = try Listener.bind(.loopback())
    defer { listener.stop() }
    let (accepted, feed) = AsyncStream.makeStream(of: AcceptedSocket.self)
    listener.start(on: loop) { feed.yield($0) }
    async let there = loop.run { stage in
        for await socket in accepted {
            let stream = SocketStream(accepted: socket, on: loop)
            let result = try await server(stage, stream)
            stream.close()
            return result
        }
        throw StreamFailure.cancelled
    }
    async let here = loop.run { stage in
        let stream = try await SocketStream.connect(
            to: listener.address, from: nil, on: loop, deadline: .distantFuture)
        let result = try await client(stage, stream)
        stream.close()
        return result
    }
    return try await (here, there)
}

/// The failure that an async body ends with.
func failure<Result>(of body: () async throws(StreamFailure) -> Result) async -> StreamFailure? {
    do throws(StreamFailure) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
