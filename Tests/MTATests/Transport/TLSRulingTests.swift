import Loop
import Mail
import Testing

@testable import MTA

/// What a connection has to prove, as a table.
@Suite struct TLSRulingTests {
    static let record = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: Array(repeating: 1, count: 32))
    static let usable = DANEStatus.usable(records: [record], names: ["mx.test", "alias.test"], baseDomain: "mx.test")
    static let policy = MTASTSPolicy(mode: .enforce, mx: ["mx.test", "*.wild.test"], maxAge: 60, id: "1", lines: [])
    static let reference = DANEReference(
        records: [record], names: ["mx.test", "alias.test", "dest.test"], baseDomain: "mx.test")

    static func decide(
        _ mode: TLSMode, _ sts: DestinationTLSPolicy.STS = .absent, _ dane: DANEStatus = .absent,
        host: String = "mx.test", isSecure: Bool = true
    ) -> TLSRuling.Ruling {
        let policy = DestinationTLSPolicy(sts: sts, isExchangeListSecure: isSecure)
        let needed = TLSRuling.needsDANE(mode, policy)
        return TLSRuling.decide(mode, policy, host: host, dane: needed ? dane : .absent, names: ["dest.test"])
    }

    private static func protection(_ ruling: TLSRuling.Ruling) -> TLSProtection? { try? ruling.get().protection }

    private static func reason(_ ruling: TLSRuling.Ruling) -> DeferralReason? {
        if case .failure(let exclusion) = ruling { exclusion.reason } else { nil }
    }

    @Test(arguments: [
        (TLSMode.none, TLSProtection.none), (.opportunistic, .opportunistic), (.required, .encrypted),
        (.verify, .verified), (.implicit, .verified),
    ])
    func theConfigurationAloneDecides(_ mode: TLSMode, _ expected: TLSProtection) {
        for dane in [DANEStatus.absent, .unusable, Self.usable, .failed(reason: "x")] {
            let ruling = Self.decide(mode, .enforce(Self.policy), dane, host: "other.test")
            #expect(Self.protection(ruling) == expected)
            #expect((try? ruling.get().report) == TLSAttempt.Policy??.some(nil))
        }
    }

    @Test func theBestThatIsPublished() {
        let enforce = DestinationTLSPolicy.STS.enforce(Self.policy)
        let table: [(DestinationTLSPolicy.STS, DANEStatus, TLSProtection)] = [
            (.absent, .absent, .opportunistic), (.testing(Self.policy), .absent, .opportunistic),
            (.unavailable(reason: .fetch(reason: "x")), .absent, .opportunistic), (enforce, .absent, .verified),
            (.absent, .unusable, .encrypted), (.testing(Self.policy), .unusable, .encrypted),
            (.absent, Self.usable, .dane(Self.reference)), (enforce, Self.usable, .dane(Self.reference)),
            // DANE that can prove nothing does not silence a policy that can.
            (enforce, .unusable, .verified),
        ]
        for (sts, dane, expected) in table {
            #expect(Self.protection(Self.decide(.published, sts, dane)) == expected, "\(sts) \(dane)")
        }
    }

    @Test func aHostThatTheEnforcedPolicyDoesNotNameIsLeftOut() throws {
        let enforce = DestinationTLSPolicy.STS.enforce(Self.policy)
        for dane in [DANEStatus.absent, .unusable] {
            #expect(Self.reason(Self.decide(.published, enforce, dane, host: "x.test")) == .tlsPolicyForbidsHosts)
        }
        #expect(Self.reason(Self.decide(.mtaSTS, enforce, host: "x.test")) == .tlsPolicyForbidsHosts)
        // RFC 8461 §2: DANE is not overruled.
        #expect(Self.protection(Self.decide(.published, enforce, Self.usable, host: "x.test")) != nil)
        let tested = try Self.decide(.published, .testing(Self.policy), host: "x.test").get()
        #expect(tested.protection == .opportunistic && tested.finding?.failure == .validationFailure)
    }

    @Test func aFailedLookupLeavesTheHostOut() {
        let failed = DANEStatus.failed(reason: "timeout")
        for mode in [TLSMode.published, .dane] {
            #expect(Self.reason(Self.decide(mode, .enforce(Self.policy), failed)) == .tlsaLookupFailed)
        }
        // Nobody looks where the MX list is insecure.
        #expect(Self.protection(Self.decide(.published, .absent, failed, isSecure: false)) == .opportunistic)
        #expect(Self.protection(Self.decide(.published, .enforce(Self.policy), failed, isSecure: false)) == .verified)
    }

    @Test func aModeThatInsistsWaitsForWhatIsMissing() {
        for dane in [DANEStatus.absent, .unusable] {
            #expect(Self.reason(Self.decide(.dane, .enforce(Self.policy), dane)) == .tlsPolicyMissing)
        }
        #expect(Self.reason(Self.decide(.dane, .absent, Self.usable, isSecure: false)) == .tlsPolicyMissing)
        #expect(Self.protection(Self.decide(.dane, .absent, Self.usable)) == .dane(Self.reference))
        for sts in [
            DestinationTLSPolicy.STS.absent, .testing(Self.policy), .unavailable(reason: .invalid(reason: "x")),
        ] {
            #expect(Self.reason(Self.decide(.mtaSTS, sts, Self.usable)) == .tlsPolicyMissing)
        }
        #expect(Self.protection(Self.decide(.mtaSTS, .enforce(Self.policy), Self.usable)) == .verified)
    }

    @Test func onlyAMandatoryPublishedDemandIsTheDestinationsOwn() throws {
        #expect(try Self.decide(.published, .enforce(Self.policy)).get().isPublished)
        #expect(try Self.decide(.published, .absent, .unusable).get().isPublished)
        #expect(try !Self.decide(.published).get().isPublished)
        #expect(try !Self.decide(.verify).get().isPublished)
    }

    @Test(arguments: [
        ("mx.test", true), ("MX.Test", true), ("a.wild.test", true), ("A.WILD.test", true), ("wild.test", false),
        ("a.b.wild.test", false), (".wild.test", false), ("", false), ("xmx.test", false), ("awild.test", false),
    ])
    func aWildcardStandsForOneLabel(_ host: String, _ matches: Bool) {
        #expect(Self.policy.names(host: host) == matches)
    }

    // MARK: kept connections

    private static func heading(
        _ sts: DestinationTLSPolicy.STS, isSecure: Bool = false, name: String = "dest.test"
    ) -> Heading {
        Heading(
            hosts: .groups([["mx.test"]], port: 25),
            policy: DestinationTLSPolicy(sts: sts, isExchangeListSecure: isSecure), names: [name])
    }

    private static func proof(
        _ verification: PeerVerification?, dane: DANEStatus? = nil, name: String? = nil, host: String = "mx.test"
    ) -> ConnectionProof {
        let tls = verification.map { TLSFacts(version: "", cipher: "", verification: $0) }
        return ConnectionProof(host: host, tls: tls, verifiedName: name, dane: dane)
    }

    @Test func aKeptConnectionIsNotUsedForAStrongerPolicy() {
        let plain = Self.proof(nil)
        let unverified = Self.proof(.failed)
        let verified = Self.proof(.verified, name: "mx.test")
        let enforced = Self.heading(.enforce(Self.policy))
        for proof in [plain, unverified, verified] {
            #expect(Self.heading(.absent).isSatisfied(by: proof, .published))
            #expect(Self.heading(.testing(Self.policy)).isSatisfied(by: proof, .published))
        }
        #expect(!enforced.isSatisfied(by: plain, .published))
        #expect(!enforced.isSatisfied(by: unverified, .published))
        #expect(enforced.isSatisfied(by: verified, .published))
        #expect(enforced.isSatisfied(by: verified, .mtaSTS))
        #expect(!Self.heading(.absent).isSatisfied(by: verified, .mtaSTS))
        // A host that the policy does not name, however good its certificate.
        #expect(!enforced.isSatisfied(by: Self.proof(.verified, host: "backup.test"), .published))
        // Modes of the configuration alone: everything in the pool was opened by the same rule.
        for mode in [TLSMode.none, .opportunistic, .required, .verify] {
            #expect(enforced.isSatisfied(by: plain, mode))
        }
    }

    /// A domain that named the hosts of somebody else to the router, and its own to the transport, would otherwise get
    /// whatever mail goes to that site next.
    @Test func aKeptConnectionToAnotherHostIsNotUsed() {
        for proof in [Self.proof(nil, host: "evil.test"), Self.proof(.verified, dane: .absent, host: "evil.test")] {
            #expect(!Self.heading(.absent).isSatisfied(by: proof, .published))
            #expect(!Self.heading(.absent, isSecure: true).isSatisfied(by: proof, .published))
        }
        let smarthost = Heading(hosts: .smarthosts([]), policy: Heading.silence)
        #expect(smarthost.isSatisfied(by: Self.proof(nil), .published))
    }

    @Test func aSecureDestinationTakesOnlyConnectionsThatAskedForTLSA() {
        let secure = Self.heading(.absent, isSecure: true)
        #expect(!secure.isSatisfied(by: Self.proof(.verified), .published), "nobody asked")
        #expect(secure.isSatisfied(by: Self.proof(nil, dane: .absent), .published))
        #expect(!secure.isSatisfied(by: Self.proof(nil, dane: .unusable), .published))
        #expect(secure.isSatisfied(by: Self.proof(.failed, dane: .unusable), .published))
        #expect(!secure.isSatisfied(by: Self.proof(.verified, dane: Self.usable), .published))
        #expect(secure.isSatisfied(by: Self.proof(.dane, dane: Self.usable), .published))
        #expect(secure.isSatisfied(by: Self.proof(.dane, dane: Self.usable), .dane))
        #expect(!secure.isSatisfied(by: Self.proof(nil, dane: .absent), .dane))
        // A destination whose list is insecure may use it, unless its MTA-STS policy wants a public certificate.
        let insecure = Self.heading(.enforce(Self.policy))
        #expect(!insecure.isSatisfied(by: Self.proof(.dane, dane: Self.usable), .published))
        #expect(Self.heading(.absent).isSatisfied(by: Self.proof(.dane, dane: Self.usable), .published))
    }

    /// RFC 7672 §3.2.2: the certificate may name the destination; then it proves nothing to another one.
    @Test func aCertificateForTheOtherDestinationIsNoProof() {
        let secure = Self.heading(.absent, isSecure: true)
        for (name, isProof) in [
            ("mx.test", true), ("alias.test", true), ("dest.test", true), ("other.test", false), ("*.test", true),
            ("*.other.test", false),
        ] {
            let proof = Self.proof(.dane, dane: Self.usable, name: name)
            #expect(secure.isSatisfied(by: proof, .published) == isProof, "\(name)")
        }
    }

    @Test func headingsAreForgotten() {
        var memory = HeadingMemory()
        let now = MonotonicInstant(nanoseconds: 0)
        var heading = Self.heading(.absent)
        heading.lifetime = .seconds(10)
        let domain = Domain(canonical: "dest.test")
        memory.remember(heading, for: domain, now: now)
        #expect(memory.heading(for: domain, at: now + .seconds(9)) == heading)
        #expect(memory.heading(for: domain, at: now + .seconds(10)) == nil)
        heading.lifetime = .seconds(1_000_000)
        memory.remember(heading, for: domain, now: now)
        #expect(memory.heading(for: domain, at: now + .seconds(59)) != nil)
        #expect(memory.heading(for: domain, at: now + .seconds(60)) == nil)
        for index in 0..<10_000 { memory.remember(heading, for: Domain(canonical: "d\(index).test"), now: now) }
        #expect(memory.heading(for: Domain(canonical: "d9999.test"), at: now) != nil)
        #expect(memory.heading(for: Domain(canonical: "d0.test"), at: now) == nil)
    }
}
