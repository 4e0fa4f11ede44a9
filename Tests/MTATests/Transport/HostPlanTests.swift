import Loop
import Mail
import Testing

@testable import MTA

@Suite struct HostPlanTests {
    static func address(_ last: UInt32) -> IPAddress { .v4(0xC000_0200 + last) }

    static func found(_ addresses: [IPAddress]) -> Result<Answer<IPAddress>, ResolverFailure> {
        .success(Answer(status: addresses.isEmpty ? .noData : .found, records: addresses, canonicalName: "", ttl: 1))
    }

    /// Runs the plan against a table of lookups; each target fails with what `fail` says.
    static func run(
        _ hosts: [String], _ lookups: [String: Result<Answer<IPAddress>, ResolverFailure>],
        rules: HostPlan.Rules = HostPlan.Rules(), fail: (Target) -> SessionFailure
    ) -> (tried: [Target], plan: HostPlan) {
        var generator = SplitMix(seed: 5)
        var plan = HostPlan(hosts: hosts.map { MailHost(name: $0, port: 25) }, rules: rules)
        var tried: [Target] = []
        while true {
            switch plan.next() {
            case .resolve(let host):
                plan.resolved(lookups[host.name] ?? found([]), HostDemand(.opportunistic), using: &generator)
            case .connect(let target):
                tried.append(target)
                plan.failed(fail(target), target)
            case .exhausted: return (tried, plan)
            }
        }
    }

    private static let refused = SessionFailure(.connect, .stream(.refused))
    private static let greeting = SessionFailure(.banner, .refused(Reply(code: 554, text: "no")))

    @Test func triesHostsInOrderAndNoMoreAddressesThanAllowed() {
        let lookups = ["a": Self.found([Self.address(1)]), "b": Self.found((2...9).map(Self.address))]
        let (tried, plan) = Self.run(["a", "b"], lookups) { _ in Self.refused }
        #expect(tried.count == 5)
        #expect(tried.first?.address == SocketAddress(ip: Self.address(1), port: 25))
        #expect(plan.conclusion.verdict == .deferred(.connectionRefused))
    }

    @Test func endsAfterTwoHostsThatSpoke() {
        let lookups = Dictionary(uniqueKeysWithValues: (1...4).map { ("h\($0)", Self.found([Self.address($0)])) })
        let (tried, plan) = Self.run(["h1", "h2", "h3", "h4"], lookups) { _ in Self.greeting }
        #expect(tried.map(\.name) == ["h1", "h2"])
        // A greeting of 5xx is a reason to wait, as Postfix has it.
        #expect(plan.conclusion.verdict == .deferred(.remoteReply))
        #expect(plan.conclusion.reply?.code == 554)
    }

    @Test func alternatesTheFamilies() {
        let six = IPAddress.v6(high: 0x2001_0DB8_0000_0000, low: 1)
        let lookups = ["a": Self.found([six, Self.address(1), Self.address(2)])]
        let (tried, _) = Self.run(["a"], lookups) { _ in Self.refused }
        #expect(tried.first?.address.ip == six)
        #expect(tried.count == 3)
    }

    @Test func refusesToBeSentHome() {
        let home: [IPAddress] = [
            .v4(0x7F00_0001), .v4(0x7F12_3456), .v4(0), .v6(high: 0, low: 1), .v6(high: 0, low: 0),
            .v6(high: 0, low: 0xFFFF_7F00_0001),
        ]
        for address in home {
            let (tried, plan) = Self.run(["a"], ["a": Self.found([address])]) { _ in Self.refused }
            #expect(tried.isEmpty && plan.conclusion.verdict == .bounced(.policy))
        }
        var rules = HostPlan.Rules()
        rules.allowsLoopback = true
        #expect(Self.run(["a"], ["a": Self.found(home)], rules: rules) { _ in Self.refused }.tried.count == 5)
        rules.ownAddresses = [Self.address(1)]
        let (tried, plan) = Self.run(["a"], ["a": Self.found([Self.address(1)])], rules: rules) { _ in Self.refused }
        #expect(tried.isEmpty && plan.conclusion.verdict == .bounced(.mailLoop))
    }

    @Test func tellsTemporaryFromPermanentLookups() {
        #expect(Self.run(["a"], [:]) { _ in Self.refused }.plan.conclusion.verdict == .bounced(.noMailHost))
        let mixed = Self.run(["a", "b"], ["b": .failure(.timeout)]) { _ in Self.refused }
        #expect(mixed.plan.conclusion.verdict == .deferred(.dnsFailure))
        var rules = HostPlan.Rules()
        rules.withoutAddress = .deferred(.dnsFailure)
        #expect(
            Self.run(["a"], [:], rules: rules) { _ in Self.refused }.plan.conclusion.verdict == .deferred(.dnsFailure))
    }

    @Test(arguments: [
        (SessionFailure(.connect, .stream(.timedOut)), Verdict.deferred(.connectionTimeout)),
        (SessionFailure(.connect, .stream(.unreachable(errno: 113))), .deferred(.connectionRefused)),
        (SessionFailure(.banner, .stream(.timedOut)), .deferred(.noGreeting)),
        (SessionFailure(.banner, .stream(.closed)), .deferred(.noGreeting)),
        (SessionFailure(.banner, .violation), .deferred(.protocolViolation)),
        (SessionFailure(.hello, .refused(Reply(code: 550, text: ""))), .bounced(.remoteReply)),
        (SessionFailure(.hello, .refused(Reply(code: 450, text: ""))), .deferred(.remoteReply)),
        (SessionFailure(.startTLS, .tlsUnavailable), .deferred(.tlsUnavailable)),
        (SessionFailure(.startTLS, .refused(Reply(code: 454, text: ""))), .deferred(.tlsUnavailable)),
        (SessionFailure(.startTLS, .tls(TLSFailure(reason: "x"))), .deferred(.tlsFailed)),
        (SessionFailure(.authentication, .refused(Reply(code: 535, text: ""))), .deferred(.authenticationFailed)),
        (SessionFailure(.authentication, .noMechanism), .deferred(.authenticationFailed)),
    ])
    func mapsFailures(_ failure: SessionFailure, _ verdict: Verdict) {
        #expect(failure.verdict == verdict)
    }
}
