import Loop
import Mail
import Synchronization

/// The connections of one loop.
actor APIShard {
    /// What the connections of a shard have seen.
    struct Tally: Sendable {
        /// One for each request.
        var latency = LatencyRecorder()
        /// Nanoseconds of CLOCK_MONOTONIC; of the last acknowledgement.
        var last: UInt64 = 0
        var connections = 0
        /// How often each status with its code was answered, or each way of breaking off seen.
        var failures: [String: Int] = [:]

        /// Different names kept; servers that invent more are counted together.
        private static let names = 32

        mutating func count(_ failure: String, times: Int = 1) {
            let isRoom = failures[failure] != nil || failures.count < Self.names
            failures[isRoom ? failure : "other", default: 0] += times
        }

        mutating func add(_ other: Tally) {
            latency.merge(other.latency)
            last = max(last, other.last)
            connections += other.connections
            for (name, times) in other.failures { count(name, times: times) }
        }
    }

    private let plan: APIPlan
    private let content: APIContent
    private let tickets: LoadTickets
    private let counter: APICounter
    private let loop: EventLoop
    private(set) var tally = Tally()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(plan: APIPlan, content: APIContent, tickets: LoadTickets, counter: APICounter, loop: EventLoop) {
        self.plan = plan
        self.content = content
        self.tickets = tickets
        self.counter = counter
        self.loop = loop
    }

    /// One connection: request after request until there is none left.
    func serve() async {
        var line: APILine?
        while true {
            let free = MonotonicClock.now
            guard let ticket = tickets.take(now: free) else { break }
            // As with a load by SMTP: with a rate, what is late because no connection was free counts as latency.
            var sent = free
            var late: UInt64 = 0
            if let planned = ticket.planned {
                if planned > free {
                    do {
                        try await loop.time.sleep(until: MonotonicInstant(nanoseconds: Int64(clamping: planned)))
                    } catch {
                        break
                    }
                    sent = MonotonicClock.now
                } else {
                    sent = planned
                    late = free - planned
                }
            }
            await post(ticket.number, sent: sent, late: late, on: &line)
        }
        line?.close()
    }

    /// Tries until the request is answered for good or its attempts are used up; each of its messages counts once.
    private func post(_ request: Int, sent: UInt64, late: UInt64, on line: inout APILine?) async {
        let messages = plan.messages(in: request)
        for attempt in 1...max(1, plan.attempts) {
            if attempt > 1 {
                if tickets.isOver { break }
                do { try await loop.time.sleep(for: plan.pause * (attempt - 1)) } catch { break }
            }
            do throws(APILine.Failure) {
                let open: APILine
                if let line { open = line } else { open = try await connect() }
                line = open
                let exchange = try await open.post(request, sent: sent, deadline: SystemTime().now + plan.patience)
                if !exchange.isKept {
                    open.close()
                    line = nil
                }
                let answer = exchange.answer
                if let failure = answer.failure { tally.count(failure) }
                if answer.queued == 0, answer.isTemporary { continue }
                if answer.queued > 0 {
                    tally.latency.record(exchange.answered &- exchange.written &+ late)
                    tally.last = max(tally.last, exchange.answered)
                }
                counter.add(done: answer.queued, failed: messages - answer.queued)
                return
            } catch {
                tally.count(Self.name(error))
                line?.close()
                line = nil
            }
        }
        counter.add(done: 0, failed: messages)
    }

    private func connect() async throws(APILine.Failure) -> APILine {
        do {
            let stream = try await SocketStream.connect(
                to: plan.target, from: nil, on: loop, deadline: SystemTime().now + plan.patience)
            tally.connections += 1
            return APILine(stream, content: content, plan: plan)
        } catch { throw .stream(error) }
    }

    private static func name(_ failure: APILine.Failure) -> String {
        switch failure {
        case .stream(.refused): "connection refused"
        case .stream(.reset), .stream(.closed): "connection broken"
        case .stream(.timedOut): "no answer in time"
        case .stream(let other): "connection failed (\(other))"
        case .violation(let violation): "no HTTP answer (\(violation))"
        }
    }
}

/// Messages of all connections, for the ticks.
final class APICounter: Sendable {
    private let done = Atomic(0)
    private let failed = Atomic(0)

    func add(done: Int, failed: Int) {
        if done > 0 { self.done.wrappingAdd(done, ordering: .relaxed) }
        if failed > 0 { self.failed.wrappingAdd(failed, ordering: .relaxed) }
    }

    var counts: (done: Int, failed: Int) { (done.load(ordering: .relaxed), failed.load(ordering: .relaxed)) }
}
