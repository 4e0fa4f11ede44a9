import Mail

/// One counter: what is limited for one site, source, tenant or campaign, and what has been used.
struct Meter: Sendable {
    var key: MeterKey
    var terms: MeterTerms
    /// Connections that there may be by limits of others, where that is known.
    var most: Int?
    var messages = CreditBucket()
    var connects = CreditBucket()
    /// Connections, or transactions of a tenant, at this moment.
    var inUse = 0
    /// Those who have its number.
    var references = 0

    /// What wants to pass at once.
    struct Request: Hashable, Sendable {
        /// Deliveries; a smaller number may be granted, but not 0.
        var messages = 0
        /// New connections, all or none.
        var connects = 0
        /// Places among the connections in use, all or none.
        var places = 0
    }

    /// Whether anything holds the request up: `refusal` without its words, which every batch would pay for.
    func lets(_ request: Request, at now: Int64) -> Bool {
        let isFree =
            (request.places == 0 || inUse + request.places <= terms.connections?.value ?? .max)
            && (request.messages == 0 || terms.messageRate.map { messages.available($0.value, at: now) >= 1 } ?? true)
            && (request.connects == 0
                || terms.connectionRate.map { connects.available($0.value, at: now) >= request.connects } ?? true)
        return isFree || refusal(request, at: now) == nil
    }

    /// How many of the messages may pass, of a request that nothing holds up; the rest of it passes as a whole.
    func granted(_ request: Request, at now: Int64) -> Int {
        guard let rate = terms.messageRate, request.messages > 0 else { return request.messages }
        return min(request.messages, messages.available(rate.value, at: now))
    }

    /// The figure that holds the request up, and when it no longer will; of several the one that holds it up longest.
    func refusal(_ request: Request, at now: Int64) -> (rule: String, limit: ThrottleRefusal.Limit, until: Int64?)? {
        if request.places > 0, let cap = terms.connections, inUse + request.places > cap.value {
            return (cap.rule, .connections(cap.value), nil)
        }
        var found: (rule: String, limit: ThrottleRefusal.Limit, until: Int64?)?
        if request.messages > 0, let rate = terms.messageRate, messages.available(rate.value, at: now) < 1,
            let until = messages.earliest(for: 1, rate.value, from: now)
        {
            found = (rate.rule, .messageRate(rate.value), until)
        }
        if request.connects > 0, let rate = terms.connectionRate,
            connects.available(rate.value, at: now) < request.connects
        {
            // More than the burst at once is more than anybody asks for; if they do, one by one is the answer.
            let count = min(request.connects, rate.value.burst)
            let until = connects.earliest(for: count, rate.value, from: now)
            if found == nil || (until ?? .max) > (found?.until ?? 0) {
                found = (rate.rule, .connectionRate(rate.value), until)
            }
        }
        return found
    }

    mutating func spend(_ request: Request, at now: Int64) {
        if let rate = terms.messageRate { messages.spend(request.messages, rate.value, at: now) }
        if let rate = terms.connectionRate { connects.spend(request.connects, rate.value, at: now) }
        inUse += request.places
    }

    /// Nothing would be forgotten with it.
    func isForgettable(at now: Int64) -> Bool {
        references == 0 && inUse == 0 && messages.isFull(at: now) && connects.isFull(at: now)
    }
}
