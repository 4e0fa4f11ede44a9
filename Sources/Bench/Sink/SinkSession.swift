import Loop
import Mail

/// One connection of a sink: moves the bytes that its dialog decides about.
actor SinkSession {
    private let behaviour: SinkBehaviour
    private let book: ArrivalBook
    private let tls: TLSServerContext?
    private let loop: EventLoop
    private var dialog: SinkDialog
    private var content = Content.none
    private var field = SentField()
    /// Bytes of the buffer's head that the field has seen already.
    private var looked = 0

    private enum Content: Equatable {
        case none
        /// By DATA, up to the final dot.
        case lines(isStart: Bool)
        /// By BDAT, so many bytes more.
        case chunk(Int, isLast: Bool)
    }

    /// What the turn of a session ends with.
    private enum Turn { case goOn, secure, end }

    /// A line of a command may be so long.
    private static let longestLine = 4_096

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ behaviour: SinkBehaviour, number: Int, book: ArrivalBook, tls: TLSServerContext?, loop: EventLoop) {
        self.behaviour = behaviour
        self.book = book
        self.tls = tls
        self.loop = loop
        dialog = SinkDialog(behaviour, number: number)
    }

    /// Until either side ends it.
    func serve(_ socket: AcceptedSocket, open: Int) async {
        let stream = SocketStream(accepted: socket, on: loop)
        do throws(StreamFailure) {
            var turn = perform(dialog.connected(open: open), on: stream)
            while true {
                try await answer(on: stream)
                if turn == .end { break }
                if turn == .secure, let tls {
                    _ = try await stream.startTLSServer(tls)
                    dialog.becameSecure()
                }
                guard try await read(from: stream) else { break }
                turn = takeTurn(on: stream)
            }
        } catch {
            // Whoever brought the mail has gone, which is its good right.
        }
        stream.close()
        book.closed()
    }

    private func answer(on stream: SocketStream) async throws(StreamFailure) {
        if stream.outbound.isEmpty { return }
        if behaviour.latency > .zero { try await pause(behaviour.latency) }
        try await stream.flush()
    }

    private func read(from stream: SocketStream) async throws(StreamFailure) -> Bool {
        let before = stream.inbound.count
        guard try await stream.fill() else { return false }
        if let rate = behaviour.bytesPerSecond {
            let count = stream.inbound.count - before
            try await pause(.nanoseconds(Int64(Double(count) * 1e9 / Double(max(1, rate)))))
        }
        return true
    }

    private func pause(_ time: Duration) async throws(StreamFailure) {
        do { try await loop.time.sleep(for: time) } catch { throw .cancelled }
    }

    // MARK: What has arrived

    /// Works off what is there. Nothing here waits.
    private func takeTurn(on stream: SocketStream) -> Turn {
        while true {
            switch content {
            case .none:
                guard let end = stream.inbound.firstIndex(of: 10) else {
                    return stream.inbound.count > Self.longestLine ? .end : .goOn
                }
                let command = SinkCommand.read(stream.inbound, length: end + 1)
                stream.inbound.consume(end + 1)
                let turn = perform(dialog.heard(command), on: stream)
                if turn != .goOn { return turn }
            case .lines(let isStart):
                guard let end = ContentEnd.find(in: stream.inbound, isStart: isStart) else {
                    return keepReading(stream)
                }
                look(at: stream, upTo: end)
                stream.inbound.consume(end)
                if finish(on: stream) == .end { return .end }
            case .chunk(let left, let isLast):
                let part = min(left, stream.inbound.count)
                looked = 0
                look(at: stream, upTo: part)
                stream.inbound.consume(part)
                if part < left {
                    content = .chunk(left - part, isLast: isLast)
                    return part > 0 && dialog.contentBegan() ? drop() : .goOn
                }
                content = .none
                let turn = isLast ? finish(on: stream) : perform(dialog.chunkEnded(), on: stream)
                if turn == .end { return .end }
            }
        }
    }

    private func keepReading(_ stream: SocketStream) -> Turn {
        let count = stream.inbound.count
        look(at: stream, upTo: count)
        guard count > ContentEnd.tail else { return .goOn }
        stream.inbound.consume(count - ContentEnd.tail)
        looked = ContentEnd.tail
        content = .lines(isStart: false)
        return dialog.contentBegan() ? drop() : .goOn
    }

    private func look(at stream: SocketStream, upTo end: Int) {
        if !field.isOver && looked < end { field.take(stream.inbound, looked..<end) }
        looked = max(looked, end)
    }

    /// The content is whole.
    private func finish(on stream: SocketStream) -> Turn {
        content = .none
        let action = dialog.contentEnded()
        if action == .say(.ok) { book.arrive(field, at: MonotonicClock.now) }
        return perform(action, on: stream)
    }

    private func drop() -> Turn {
        book.dropped()
        return .end
    }

    private func perform(_ action: SinkAction, on stream: SocketStream) -> Turn {
        switch action {
        case .say(let reply): say(reply, on: stream)
        case .sayAndEnd(let reply):
            say(reply, on: stream)
            return .end
        case .takeContent:
            say(.goAhead, on: stream)
            beginContent(.lines(isStart: true))
        case .takeChunk(let count, let isFirst, let isLast):
            if isFirst { field = SentField() }
            content = .chunk(count, isLast: isLast)
        case .startTLS:
            // RFC 3207 §5: nothing may follow the command before the handshake.
            guard tls != nil, stream.inbound.isEmpty else { return drop() }
            say(.readyForTLS, on: stream)
            return .secure
        // What was said to earlier commands of the same write still goes out.
        case .drop: return drop()
        }
        return .goOn
    }

    private func say(_ reply: SinkReply, on stream: SocketStream) {
        if reply.isRefusal { book.refused() }
        reply.append(to: &stream.outbound, behaviour: behaviour, offersTLS: dialog.offersTLS)
    }

    private func beginContent(_ kind: Content) {
        content = kind
        field = SentField()
        looked = 0
    }
}
