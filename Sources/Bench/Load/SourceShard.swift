import Loop
import Mail

/// The sessions of one loop.
actor SourceShard {
    /// What the sessions of a shard have seen.
    struct Tally: Sendable {
        var latency = LatencyRecorder()
        /// Nanoseconds of CLOCK_MONOTONIC; of the last acknowledgement.
        var last: UInt64 = 0
        var connections = 0
        /// How often each reply turned a message away for a time.
        var refusals: [Int: Int] = [:]
        /// Connections that could not be made or broke.
        var broken = 0

        mutating func add(_ other: Tally) {
            latency.merge(other.latency)
            last = max(last, other.last)
            connections += other.connections
            refusals.merge(other.refusals, uniquingKeysWith: +)
            broken += other.broken
        }
    }

    private let plan: LoadPlan
    private let content: LoadContent
    private let tickets: LoadTickets
    private let tls: TLSClientContext?
    private let loop: EventLoop
    private(set) var tally = Tally()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(plan: LoadPlan, content: LoadContent, tickets: LoadTickets, tls: TLSClientContext?, loop: EventLoop) {
        self.plan = plan
        self.content = content
        self.tickets = tickets
        self.tls = tls
        self.loop = loop
    }

    /// One session: message after message until there is none left.
    func serve() async {
        var line: SourceLine?
        while true {
            let free = MonotonicClock.now
            guard let ticket = tickets.take(now: free) else { break }
            // An open load: what is late because this session was busy counts from the time it was planned for, or the
            // delay that a slow server causes would be left out just where it is worst. What is late because a timer is
            // coarse does not count.
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
            await send(ticket.number, sent: sent, late: late, on: &line)
        }
        await line?.quit()
    }

    /// Tries until the message is accepted or its attempts are used up; it counts once, as the one or the other.
    private func send(_ number: Int, sent: UInt64, late: UInt64, on line: inout SourceLine?) async {
        for attempt in 1...max(1, plan.attempts) {
            if attempt > 1 {
                if tickets.isOver { break }
                do { try await loop.time.sleep(for: plan.pause * (attempt - 1)) } catch { break }
            }
            do throws(StreamFailure) {
                if line == nil { line = try await connect() }
                guard let open = line else { continue }
                switch try await open.transact(number, sent: sent) {
                case .accepted(let contentEnd, let at):
                    tally.latency.record(at &- contentEnd &+ late)
                    tally.last = max(tally.last, at)
                    tickets.countDone()
                    if let limit = plan.perConnection, open.messages >= limit {
                        line = nil
                        await open.quit()
                    }
                    return
                case .refused(let code):
                    tally.refusals[code, default: 0] += 1
                    // RFC 5321 §3.8: after 421 the server closes.
                    if code == 421 {
                        line = nil
                        open.close()
                    }
                }
            } catch {
                tally.broken += 1
                line?.close()
                line = nil
            }
        }
        tickets.countFailed()
    }

    /// `nil` when the server does not want us.
    private func connect() async throws(StreamFailure) -> SourceLine? {
        let stream = try await SocketStream.connect(
            to: plan.target, from: nil, on: loop, deadline: SystemTime().now + plan.patience)
        tally.connections += 1
        let line = SourceLine(stream, content: content, plan: plan)
        guard let refusal = try await line.open(tls: tls) else { return line }
        tally.refusals[refusal, default: 0] += 1
        line.close()
        return nil
    }
}
