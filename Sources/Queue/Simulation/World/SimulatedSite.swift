import Mail

/// One site of a simulated world while it runs: what it has counted of each source, and what it answers.
struct SimulatedSite {
    /// What the site knows of one source.
    private struct Sender {
        var open = 0
        /// The time of arrival that its rate would make next, in nanoseconds.
        var theoretical: Int64 = 0
        var day = -1
        var today = 0
        var days = 0
        /// What the site's trust takes from it today.
        var cap = Int.max
        var score = 1.0
        var scoredAt: Int64 = 0
        var blockedUntil: Int64 = 0
    }

    /// What became of one transaction.
    struct Attempt {
        var outcomes: [Outcome]
        /// Nanoseconds until the sender has the last of them.
        var duration: Int64
        /// The connection is there, and can be kept.
        var keepsConnection: Bool
    }

    let name: String
    let script: SiteScript
    private var senders: [Sender]
    private var greylist: [UInt64: Int64] = [:]
    private var random: SplitMix64
    private let host: RemoteHost
    /// What nearly every transaction comes to.
    private let accepted: [Outcome]
    // Nanoseconds.
    private let connectTime: Int64
    private let transactionTime: Int64
    private let recipientTime: Int64

    /// - Parameter known: the places of the sources whose mail the site has had for years.
    init(_ script: SiteScript, domain: Int, sources: Int, known: Set<Int>, seed: UInt64) {
        self.script = script
        name = script.site(of: domain)
        senders = [Sender](repeating: Sender(), count: max(1, sources))
        for source in known where source < senders.count { senders[source].days = 400 }
        random = SplitMix64(seed: seed)
        connectTime = script.latency.connect.wholeNanoseconds
        transactionTime = script.latency.transaction.wholeNanoseconds
        recipientTime = script.latency.recipient.wholeNanoseconds
        let hostName = script.provider.flatMap { Self.hosts[$0] }
        host = RemoteHost(
            name: hostName ?? "mx.\(script.domains.isEmpty ? "invalid" : script.domains[domain].text)",
            address: "192.0.2.25:25")
        accepted = [Outcome(.delivered, reply: Self.taken, host: host)]
    }

    /// Host names within the suffixes of `MTA`'s providers, because bounce and shaping rules look at them.
    private static let hosts = [
        "google": "gmail-smtp-in.l.google.com", "microsoft": "outlook-com.olc.protection.outlook.com",
        "yahoo": "mta5.am0.yahoodns.net", "apple": "mx01.mail.icloud.com", "comcast": "mx1.comcast.net",
        "orange": "smtp-in.orange.fr", "gmx": "mx00.emig.gmx.net", "mailru": "mxs.mail.ru", "zoho": "mx.zoho.com",
        "proofpoint": "mx0a-00000000.pphosted.com", "mimecast": "eu-smtp-inbound-1.mimecast.com",
        "barracuda": "d100000.ess.barracudanetworks.com",
    ]

    mutating func closed(source: Int) { senders[source].open -= 1 }

    /// Whether an answer of the DNS stays out.
    mutating func failsLookup() -> Bool { script.dnsFailures > 0 && random.share() < script.dnsFailures }

    /// Opens a connection. `nil`: it is there.
    mutating func connect(source: Int, at now: Int64) -> Attempt? {
        if let outage = script.outages.first(where: { $0.contains(now) }) {
            let isTimeout = outage.kind == .timeout
            return Attempt(
                outcomes: [Outcome(.deferred(isTimeout ? .connectionTimeout : .connectionRefused))],
                duration: isTimeout ? 30_000_000_000 : 20_000_000, keepsConnection: false)
        }
        if let limit = script.connections, senders[source].open >= limit {
            return Attempt(
                outcomes: [refused(script.replies.connections)],
                duration: connectTime, keepsConnection: false)
        }
        senders[source].open += 1
        return nil
    }

    /// Takes a transaction on a connection that is open.
    mutating func carry(
        message: UInt64, recipients: [UInt32], source: Int, isNew: Bool, at now: Int64, day: Int
    ) -> Attempt {
        begin(day, source)
        var time = transactionTime + recipientTime * Int64(recipients.count)
        if isNew { time += connectTime }
        time += Int64(Double(time) * script.latency.spread * random.share())
        if script.outages.contains(where: { $0.contains(now) }) {
            let outcome = Outcome(.deferred(.connectionLost), host: host)
            return Attempt(
                outcomes: [Outcome](repeating: outcome, count: recipients.count), duration: 20_000_000,
                keepsConnection: false)
        }
        var outcomes: [Outcome] = []
        var closes = false
        if recipients.count == 1 {
            guard let reply = answer(address(message, recipients[0]), message, source, now) else {
                return Attempt(outcomes: accepted, duration: time, keepsConnection: true)
            }
            return Attempt(outcomes: [refused(reply)], duration: time, keepsConnection: reply.code != 421)
        }
        outcomes.reserveCapacity(recipients.count)
        for recipient in recipients {
            let address = address(message, recipient)
            let reply = answer(address, message, source, now)
            if let reply {
                closes = closes || reply.code == 421
                outcomes.append(refused(reply))
            } else {
                outcomes.append(Outcome(.delivered, reply: Self.taken, host: host))
            }
        }
        return Attempt(outcomes: outcomes, duration: time, keepsConnection: !closes)
    }

    private static let taken = Reply(code: 250, enhanced: EnhancedStatus(2, 0, 0), text: "OK")

    private func refused(_ reply: Reply) -> Outcome {
        Outcome(
            reply.isPermanent ? .bounced(.remoteReply) : .deferred(.remoteReply), reply: reply, host: host)
    }

    /// The address behind a recipient: always the same for the same delivery.
    private func address(_ message: UInt64, _ recipient: UInt32) -> UInt64 {
        var mixer = SplitMix64(seed: message ^ (UInt64(recipient) << 40))
        return mixer.next() % UInt64(max(1, script.population))
    }

    /// - Returns: why not; `nil`: it is taken.
    private mutating func answer(_ address: UInt64, _ message: UInt64, _ source: Int, _ now: Int64) -> Reply? {
        if script.reputation != nil, senders[source].blockedUntil > now { return script.replies.block }
        if let rate = script.messages {
            let arrival = max(senders[source].theoretical, now)
            if arrival - now > rate.tolerance - rate.interval {
                strike(source, now) { $0.strike }
                return script.replies.rate
            }
            senders[source].theoretical = arrival + rate.interval
        }
        if script.trust != nil, senders[source].today >= senders[source].cap {
            strike(source, now) { $0.strike }
            return script.replies.trust
        }
        senders[source].today += 1
        if script.unknownUsers > 0, Self.share(of: address, salt: 1) < script.unknownUsers {
            strike(source, now) { $0.unknownUser }
            return script.replies.unknownUser
        }
        if let greylisting = script.greylisting {
            let triple = address &* 64 &+ UInt64(source)
            if Self.share(of: triple, salt: 2) >= greylisting.known {
                guard let first = greylist[triple] else {
                    greylist[triple] = now
                    return script.replies.greylist
                }
                if now - first < greylisting.delay.wholeNanoseconds { return script.replies.greylist }
            }
        }
        if script.temporaryFailures > 0, random.share() < script.temporaryFailures { return script.replies.temporary }
        return nil
    }

    private mutating func begin(_ day: Int, _ source: Int) {
        guard senders[source].day != day else { return }
        senders[source].day = day
        senders[source].today = 0
        senders[source].days += 1
        if let trust = script.trust { senders[source].cap = trust.cap(after: senders[source].days - 1) }
    }

    private mutating func strike(_ source: Int, _ now: Int64, _ cost: (SiteScript.Reputation) -> Double) {
        guard let reputation = script.reputation else { return }
        let hours = Double(now - senders[source].scoredAt) / 3.6e12
        senders[source].scoredAt = now
        senders[source].score = min(1, senders[source].score + hours * reputation.recovery) - cost(reputation)
        guard senders[source].score < reputation.threshold else { return }
        senders[source].blockedUntil = now + reputation.block.wholeNanoseconds
        // After a block it begins again half way up: another one follows sooner than the first did.
        senders[source].score = (1 + reputation.threshold) / 2
    }

    private static func share(of number: UInt64, salt: UInt64) -> Double {
        var mixer = SplitMix64(seed: number &+ salt << 56)
        return mixer.share()
    }
}

extension SiteScript.Outage {
    /// - Parameter now: nanoseconds since the beginning of the simulation.
    func contains(_ now: Int64) -> Bool {
        let start = start.wholeNanoseconds
        return now >= start && now - start < length.wholeNanoseconds
    }
}

extension SplitMix64 {
    /// 0 ..< 1.
    mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
