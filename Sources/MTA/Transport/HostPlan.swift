import Loop
import Mail

/// Which address an attempt tries next, and when it has tried enough.
///
/// Hosts are looked up one after the other, only when their turn has come, since the first address nearly always
/// answers. The attempt ends after `addressesPerAttempt` addresses, or after `sessionsPerAttempt` hosts that spoke to
/// us (Postfix's smtp_mx_address_limit and smtp_mx_session_limit): what they say is likely what the next would say,
/// and the delivery has another attempt.
///
/// Pure: the caller asks `next`, does it, and reports back with `resolved`, `excluded` or `failed`.
struct HostPlan {
    enum Step: Hashable {
        case resolve(MailHost)
        case connect(Target)
        /// Everything was tried.
        case exhausted
    }

    struct Rules: Hashable, Sendable {
        var limits = ClientLimits()
        /// Lets a host name lead to 127.0.0.0/8 and its like: a smarthost or a test on this machine.
        var allowsLoopback = false
        /// Addresses of this host: connecting there would be a loop.
        var ownAddresses: Set<IPAddress> = []
        /// Addresses of other families are left out: the source cannot reach them.
        var families = AddressFamilies.all
        /// What it means that no host has an address at all.
        var withoutAddress: Verdict = .bounced(.noMailHost)
    }

    private var rules: Rules
    private var hosts: ArraySlice<MailHost>
    private var targets: ArraySlice<Target> = []
    private var resolving: MailHost?
    /// Why a host was left out, or did not prove what a published policy asks for. Says nothing of the site, which
    /// other destinations may well be carried to.
    private var policyFailure: DeferralReason?
    private var addressesTried = 0
    private var sessions = 0
    private var lookupFailed = false
    private var wasForbidden = false
    private var wasOwn = false
    /// An address was left out because the source has none of its family.
    private var wasOutOfReach = false
    private var lastFailure: SessionFailure?

    init(hosts: [MailHost], rules: Rules) {
        self.hosts = hosts[...]
        self.rules = rules
    }

    /// A plan of one address, for an address literal.
    init(address: IPAddress, port: UInt16, rules: Rules, ruling: TLSRuling.Ruling) {
        self.init(hosts: [], rules: rules)
        switch ruling {
        case .success(let demand): add([address], of: MailHost(name: "", port: port), demand)
        case .failure(let exclusion): policyFailure = exclusion.reason
        }
    }

    mutating func next() -> Step {
        guard addressesTried < max(1, rules.limits.addressesPerAttempt),
            sessions < max(1, rules.limits.sessionsPerAttempt)
        else { return .exhausted }
        if let target = targets.popFirst() {
            addressesTried += 1
            return .connect(target)
        }
        guard let host = hosts.popFirst() else { return .exhausted }
        resolving = host
        return .resolve(host)
    }

    /// The addresses of the host that `next` named, and what a connection there has to prove.
    mutating func resolved(
        _ answer: Result<Answer<IPAddress>, ResolverFailure>, _ demand: HostDemand,
        using generator: inout some RandomNumberGenerator
    ) {
        guard let host = resolving else { preconditionFailure("an answer without a question") }
        resolving = nil
        switch answer {
        case .failure: lookupFailed = true
        case .success(let answer): add(Self.interleaved(answer.records, using: &generator), of: host, demand)
        }
    }

    /// The host that `next` named must not be connected to.
    mutating func excluded(_ exclusion: HostExclusion) {
        resolving = nil
        policyFailure = exclusion.reason
    }

    /// The target that `next` named did not take the mail.
    mutating func failed(_ failure: SessionFailure, _ target: Target) {
        let demand = target.demand
        if failure.wasSession { sessions += 1 }
        lastFailure = failure
        if let trouble = failure.sourceFailure { ruleOut(trouble.extent, target) }
        if demand.isPublished, failure.isAboutTLS { policyFailure = .tlsPolicyNotMet }
    }

    /// What a source cannot do for one address it cannot do for others either.
    private mutating func ruleOut(_ extent: SourceFailure.Extent, _ target: Target) {
        switch extent {
        case .source:
            hosts = []
            targets = []
        case .family:
            rules.families.remove(AddressFamilies(of: target.address.ip))
            targets = targets.filter { rules.families.contains(AddressFamilies(of: $0.address.ip)) }[...]
        }
    }

    /// A session broke after it had been opened.
    mutating func broke() { sessions += 1 }

    /// Whether it ended because of the source: the hosts have nothing to do with it.
    var isAboutSource: Bool { lastFailure?.sourceFailure.map { !$0.isAboutOneHost } ?? false }

    /// What the attempt comes to when it is exhausted, with the host's words where there are any.
    var conclusion: (verdict: Verdict, reply: Reply?) {
        // The source's own trouble: nothing was learned about the hosts.
        if let lastFailure, lastFailure.sourceFailure != nil { return (lastFailure.verdict, nil) }
        if let policyFailure { return (.deferred(policyFailure), lastFailure?.reply) }
        if let lastFailure { return (lastFailure.verdict, lastFailure.reply) }
        if lookupFailed { return (.deferred(.dnsFailure), nil) }
        // Before what is for good: another source may find a way.
        if wasOutOfReach { return (.deferred(.noAddressFamily), nil) }
        if wasOwn { return (.bounced(.mailLoop), nil) }
        if wasForbidden { return (.bounced(.policy), nil) }
        return (rules.withoutAddress, nil)
    }

    private mutating func add(_ addresses: [IPAddress], of host: MailHost, _ demand: HostDemand) {
        for address in addresses {
            if rules.ownAddresses.contains(address) {
                wasOwn = true
            } else if !rules.allowsLoopback, address.isThisHost {
                wasForbidden = true
            } else if !rules.families.contains(AddressFamilies(of: address)) {
                wasOutOfReach = true
            } else {
                let address = SocketAddress(ip: address, port: host.port)
                targets.append(Target(name: host.name, address: address, demand: demand))
            }
        }
    }

    /// Both families take turns, so that a network without a way for one of them costs one address and not all five.
    private static func interleaved(
        _ addresses: [IPAddress], using generator: inout some RandomNumberGenerator
    ) -> [IPAddress] {
        let six = addresses.filter { $0.family == 6 }.shuffled(using: &generator)
        let four = addresses.filter { $0.family == 4 }.shuffled(using: &generator)
        var order: [IPAddress] = []
        for index in 0..<max(six.count, four.count) {
            if index < six.count { order.append(six[index]) }
            if index < four.count { order.append(four[index]) }
        }
        return order
    }
}

extension IPAddress {
    fileprivate var family: Int {
        switch self {
        case .v4: 4
        case .v6: 6
        }
    }

    /// 127.0.0.0/8, 0.0.0.0/8, ::1 and ::, also mapped: a name in the DNS that leads here is a mistake or an attack.
    var isThisHost: Bool {
        if isLoopback { return true }
        switch unmapped {
        case .v4(let value): return value >> 24 == 0
        case .v6(let high, let low): return high == 0 && low == 0
        }
    }
}
