import Foundation
import Loop
import Synchronization

/// A DNS server over UDP that says what a closure tells it to, lies included.
final class FakeServer: Sendable {
    enum Saying: Sendable {
        case datagram([UInt8])
        /// The same from another port: somebody who guessed.
        case datagramFromElsewhere([UInt8])
        /// Let so many further queries come in first.
        case silence
    }

    let address: SocketAddress
    private let state: State

    private final class State: Sendable {
        let isOver = Atomic(false)
        let queries = Mutex<[(bytes: [UInt8], port: UInt16)]>([])
    }

    init(_ answer: @escaping @Sendable (_ query: [UInt8], _ number: Int) -> [Saying]) throws {
        let socket = try LoopbackSocket()
        let stranger = try LoopbackSocket()
        let state = State()
        self.state = state
        address = SocketAddress("127.0.0.1:\(socket.port)")!
        Thread.detachNewThread {
            while !state.isOver.load(ordering: .acquiring) {
                guard let (query, port) = socket.receive() else { continue }
                let number = state.queries.withLock { queries in
                    queries.append((query, port))
                    return queries.count
                }
                for saying in answer(query, number) {
                    switch saying {
                    case .datagram(let bytes): socket.send(bytes, to: port)
                    case .datagramFromElsewhere(let bytes): stranger.send(bytes, to: port)
                    case .silence: break
                    }
                }
            }
        }
    }

    deinit { state.isOver.store(true, ordering: .releasing) }

    var count: Int { state.queries.withLock { $0.count } }
    var ports: [UInt16] { state.queries.withLock { $0.map(\.port) } }
    var identifiers: [UInt16] { state.queries.withLock { $0.map { UInt16($0.bytes[0]) << 8 | UInt16($0.bytes[1]) } } }
}
