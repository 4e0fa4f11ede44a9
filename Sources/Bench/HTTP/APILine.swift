import Loop
import Mail

/// One kept connection to the API, with one request under way. Not Sendable: it lives where its stream does.
final class APILine {
    private let stream: ByteStream
    private let content: APIContent
    private let plan: APIPlan
    private var parser = HTTPAnswerParser()

    /// What became of a request.
    struct Exchange: Equatable {
        var answer: APIAnswer
        /// Nanoseconds of CLOCK_MONOTONIC: when all of it was written, and when all of the answer had come.
        var written: UInt64
        var answered: UInt64
        /// The server takes another request on this connection.
        var isKept: Bool
    }

    enum Failure: Error, Equatable {
        case stream(StreamFailure)
        case violation(HTTPViolation)
    }

    init(_ stream: ByteStream, content: APIContent, plan: APIPlan) {
        self.stream = stream
        self.content = content
        self.plan = plan
    }

    /// Sends the request with this number and waits for its answer.
    /// - Parameters:
    ///   - sent: when it began, nanoseconds of CLOCK_MONOTONIC.
    ///   - deadline: for the whole of it.
    func post(_ request: Int, sent: UInt64, deadline: MonotonicInstant) async throws(Failure) -> Exchange {
        let messages = plan.messages(in: request)
        content.append(
            first: request * plan.messagesPerRequest, count: messages, sent: sent, to: &stream.outbound)
        stream.deadline = deadline
        do { try await stream.flush() } catch { throw .stream(error) }
        let written = MonotonicClock.now
        try await receive()
        let answer = APIAnswer(
            status: parser.status, body: parser.body, messages: messages, isBatch: plan.batch != nil)
        return Exchange(answer: answer, written: written, answered: MonotonicClock.now, isKept: parser.isKept)
    }

    private func receive() async throws(Failure) {
        while true {
            if !stream.inbound.isEmpty {
                let (used, progress) = stream.inbound.withReadable { parser.scan($0) }
                stream.inbound.consume(used)
                switch progress {
                case .complete: return
                case .violation(let violation): throw .violation(violation)
                case .needsMore: break
                }
            }
            let isMore: Bool
            do { isMore = try await stream.fill() } catch { throw .stream(error) }
            guard isMore else { throw .stream(.closed) }
        }
    }

    func close() { stream.close() }
}
