import Loop
import Mail

// The part of the resolver that runs on its loop: one task per distinct question, which follows the aliases, asks by
// the plan, and keeps the result.
extension DNSResolver {
    /// All are started before the first is awaited. In the order of the questions.
    func resolve(_ questions: [Question]) async -> [CachedAnswer] {
        let lookups = questions.map { lookup($0) }
        var answers: [CachedAnswer] = []
        for lookup in lookups { answers.append(await lookup.value) }
        return answers
    }

    private func lookup(_ question: Question) -> Task<CachedAnswer, Never> {
        if let running = inFlight[question] {
            cache.count { $0.coalesced += 1 }
            return running
        }
        // Between the caller's look into the cache and this one the answer may have come.
        if let known = cache.answer(to: question) { return Task { known } }
        cache.count { $0.misses += 1 }
        let task = Task { await run(question) }
        inFlight[question] = task
        return task
    }

    private func run(_ question: Question) async -> CachedAnswer {
        defer { inFlight[question] = nil }
        do throws(ResolverFailure) {
            let (answer, ttl) = try await follow(question)
            cache.keep(answer, for: question, ttl: ttl)
            return answer.aged(ttl: ttl)
        } catch {
            cache.count { $0.failures += 1 }
            if error != .cancelled { cache.keep(.failure(error), for: question, ttl: options.failureTTL) }
            return .failure(error)
        }
    }

    /// Asks for the name and then for the target of each alias chain that the servers left unfinished.
    private func follow(_ question: Question) async throws(ResolverFailure) -> (CachedAnswer, ttl: UInt32) {
        var chain = AliasChain(name: question.name)
        var isAuthenticated = options.trustAD
        while true {
            let message = try await ask(Question(chain.name, question.type))
            // RFC 4035 §3.2.3: one link that nobody vouches for, and nobody vouches for the whole.
            isAuthenticated = isAuthenticated && message.isAuthenticated
            let answer: CachedAnswer?
            let ttl: UInt32
            switch try message.reading(of: question.type, chain: chain) {
            case .unfinished(let longer):
                chain = longer
                continue
            case .found(let records, let end):
                ttl = bounds.positive(end.ttl ?? 0)
                answer = CachedAnswer(
                    records, type: question.type, status: nil, name: end.name, ttl: ttl,
                    authenticated: isAuthenticated)
            case .negative(let status, let end):
                ttl = bounds.negative(end.ttl ?? 0)
                answer = CachedAnswer(
                    [], type: question.type, status: status, name: end.name, ttl: ttl,
                    authenticated: isAuthenticated)
            }
            guard let answer else { throw .badName }
            return (answer, ttl)
        }
    }

    private func ask(_ question: Question) async throws(ResolverFailure) -> DNSMessage {
        if !gate.tryEnter() { await withCheckedContinuation { gate.wait($0) } }
        defer { gate.leave() }
        var plan = QueryPlan(order: health.order(at: time.now), attempts: options.attempts)
        var step = plan.begin()
        while true {
            switch step {
            case .ask(let server, let way):
                let event = try await attempt(question, server: server, way: way)
                switch QueryPlan.opinion(of: event) {
                case .good: health.answered(server)
                case .bad: health.failed(server, at: time.now)
                }
                step = plan.step(after: event)
            case .finish(let message): return message
            case .fail(let failure): throw failure
            }
        }
    }

    private func attempt(
        _ question: Question, server: Int, way: QueryPlan.Way
    ) async throws(ResolverFailure) -> QueryPlan.Event {
        let query = try DNSQuery(
            question,
            options: .init(edns: way.edns, wantsAuthenticity: options.trustAD, randomCase: options.randomCase),
            using: &generator)
        let address = options.servers[server]
        let deadline = time.now + options.timeout
        cache.count { if way.stream { $0.streams += 1 } else { $0.datagrams += 1 } }
        let bytes: [UInt8]
        do throws(StreamFailure) {
            bytes =
                way.stream
                ? try await exchange.stream(query, to: address, until: deadline)
                : try await exchange.datagram(query, to: address, until: deadline)
        } catch {
            switch error {
            case .timedOut: return .timedOut
            case .cancelled: throw .cancelled
            case .closed, .reset, .refused, .unreachable, .noSource, .tls, .other: return .unreachable
            }
        }
        switch query.match(bytes) {
        // Over TCP nothing is ignored: the one who answers is the one who was asked, and answers wrongly.
        case .foreign: return .malformed
        case .truncated: return .truncated
        case .answer:
            guard let message = try? DNSPacket.parse(bytes) else { return .malformed }
            return .answered(message)
        }
    }
}
