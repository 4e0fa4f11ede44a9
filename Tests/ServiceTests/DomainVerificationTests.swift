import Mail
import MartletTesting
import Testing

@testable import Service

/// Domains looked at on request.
@Suite struct DomainVerificationTests {
    @Test func `A domain with everything published is verified and perfect`() async throws {
        let rig = DomainRig { setup in
            setup.returnPathLabel = "bounces"
            setup.trackingLabel = "track"
        }
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            #expect(
                added.records.map { "\($0.purpose.rawValue) \($0.type) \($0.name)" } == [
                    "dkim TXT mt202701r._domainkey.shop.example", "dkim TXT mt202701e._domainkey.shop.example",
                    "spf TXT shop.example", "dmarc TXT _dmarc.shop.example",
                    "return_path CNAME bounces.shop.example", "tracking CNAME track.shop.example",
                ])
            rig.publish(added)
            rig.dns.change { $0.txt["_dmarc.shop.example"] = ["v=DMARC1; p=reject; rua=mailto:d@shop.example"] }
            let checked = try await rig.domains.verify(added.domain.id, by: rig.caller)
            #expect(
                checked.findings.map { "\($0.subject.name) \($0.status.rawValue)" } == [
                    "spf ok", "dkim:mt202701r ok", "dkim:mt202701e ok", "dmarc ok", "mx ok", "return_path ok",
                    "tracking ok", "ptr ok", "tls_rpt optional",
                ])
            #expect(checked.domain.status == .verified && checked.domain.score == 100)
            #expect(checked.findings.filter { $0.weight > 0 }.allSatisfy { $0.advice.isEmpty })
            #expect(checked.records.allSatisfy { $0.status == .ok })
            let kept = try await rig.domains.get(added.domain.id, by: rig.caller)
            #expect(kept.findings == checked.findings && kept.domain.status == .verified)
            let usable = try await rig.directory.status(of: added.domain.name, tenant: rig.caller.tenant)
            #expect(usable?.status == .verified, "a sender may use it from now on")
            #expect(rig.announcer.changes.map(\.isVerified) == [true])
        }
    }

    @Test func `A domain with nothing published hears what to do about each`() async throws {
        let rig = DomainRig { setup in
            setup.returnPathLabel = "bounces"
            setup.trackingLabel = "track"
        }
        rig.dns.change { $0.ptr = [:] }
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            let checked = try await rig.domains.score(added.domain.id, by: rig.caller)
            #expect(
                checked.findings.map { "\($0.subject.name) \($0.status.rawValue)" } == [
                    "spf missing", "dkim:mt202701r missing", "dkim:mt202701e missing", "dmarc missing", "mx optional",
                    "return_path missing", "tracking missing", "ptr missing", "tls_rpt optional",
                ])
            #expect(checked.domain.status == .pending && checked.domain.score == 0)
            #expect(checked.findings.allSatisfy { !$0.advice.isEmpty })
            #expect(rig.announcer.heard.isEmpty)
            // The score is that of the last check; nobody is asked again.
            let before = rig.dns.questions
            let again = try await rig.domains.score(added.domain.id, by: rig.caller)
            #expect(again.findings == checked.findings && rig.dns.questions == before)
            #expect(checked.areas == ["spf", "dkim", "dmarc", "mx", "return_path", "tracking", "ptr", "tls_rpt"])
            #expect(checked.status(of: "dkim") == .missing && checked.status(of: "bimi") == nil)
        }
    }

    @Test func `Who asks too often is told when to come back`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let (one, other) = (
                try await rig.domains.add("one.example", by: rig.caller),
                try await rig.domains.add("other.example", by: rig.caller)
            )
            _ = try await rig.domains.verify(one.domain.id, by: rig.caller)
            try await rig.time.sleep(for: .milliseconds(3_500))
            let before = rig.dns.questions
            let refused = await failure { _ = try await rig.domains.verify(one.domain.id, by: rig.caller) }
            #expect(refused?.code == .rateLimitExceeded && refused?.retryAfter == .seconds(7))
            #expect(rig.dns.questions == before, "and no name server is bothered")
            _ = try await rig.domains.verify(other.domain.id, by: rig.caller)
            try await rig.time.sleep(for: .seconds(7))
            _ = try await rig.domains.verify(one.domain.id, by: rig.caller)
        }
    }

    @Test func `A name server that never answers costs ten seconds and no status`() async throws {
        let rig = DomainRig()
        let silent = SilentDNS(rig.dns, time: rig.time)
        let verification = DomainVerification(
            store: rig.stores, directory: rig.directory,
            checker: DomainChecker(
                setup: SendingSetup(hostname: "mx.martlet.example"), resolver: silent, time: rig.time,
                executor: rig.loop),
            announcer: rig.announcer, time: rig.time)
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            let good = try await rig.domains.verify(added.domain.id, by: rig.caller)
            #expect(good.domain.status == .verified)
            let start = rig.time.now
            let patient = try await rig.domains.checking(with: verification)
                .verify(added.domain.id, by: rig.caller)
            #expect(rig.time.now - start == .seconds(10))
            #expect(patient.domain.status == .verified && patient.domain.score == good.domain.score)
            let late = patient.findings.filter { $0.status == .temporary }.map(\.subject.name)
            #expect(late.contains("dkim:mt202701r") && late.contains("spf"))
            #expect(patient.status(of: "mx") == .ok, "what is answered counts")
            #expect(patient.findings.first { $0.subject == .spf }?.published == good.findings[0].published)
        }
    }

    @Test func `A change that cannot be announced is not kept, so it is announced later`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            rig.announcer.refuse(with: .storageUnavailable)
            let refused = await failure { _ = try await rig.domains.verify(added.domain.id, by: rig.caller) }
            #expect(refused?.kind == .unavailable)
            let stored = try await rig.stored(added)
            #expect(stored?.status == .pending && stored?.checkedAt == nil)
            rig.announcer.refuse(with: nil)
            try await rig.time.sleep(for: .seconds(10))
            _ = try await rig.domains.verify(added.domain.id, by: rig.caller)
            #expect(rig.announcer.changes.map(\.isVerified) == [true])
        }
    }

    @Test func `A check that is overtaken judges by what stands there now`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            let old = try #require(try await rig.stored(added))
            // While the DNS was asked, somebody has begun a rotation.
            let rotated = try await rig.domains.rotate(added.domain.id, by: rig.caller)
            let checked = try await rig.verification.check(old)
            #expect(checked.domain.status == .verified)
            #expect(checked.domain.dkim.map(\.selector) == rotated.domain.dkim.map(\.selector))
            #expect(checked.domain.revision == 1)
            let stored = try await rig.stored(added)
            #expect(stored?.revision == 2 && stored?.dkim.count == 4)
        }
    }

    @Test func `A domain deleted meanwhile stays deleted, and strangers' domains are not found`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            let stored = try #require(try await rig.stored(added))
            var stranger = rig.caller
            stranger.tenant = UUIDv7(at: rig.time.wall, random: (9, 9))
            for ask in [rig.domains.verify, rig.domains.score] {
                let found = await failure { [stranger] in _ = try await ask(added.domain.id, stranger) }
                #expect(found?.kind == .notFound)
            }
            let zone = await failure { [stranger] in _ = try await rig.domains.zone(added.domain.id, by: stranger) }
            let rotated = await failure { [stranger] in
                _ = try await rig.domains.rotate(added.domain.id, by: stranger)
            }
            #expect(zone?.kind == .notFound && rotated?.kind == .notFound)
            try await rig.domains.delete(added.domain.id, by: rig.caller)
            let found = await failure { _ = try await rig.verification.check(stored) }
            #expect(found?.kind == .notFound)
            let all = try await rig.stores.allDomains()
            #expect(all.isEmpty)
        }
    }

    @Test func `Two tenants with one name: who has the keys in the DNS is verified`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let owner = try await rig.domains.add("shop.example", by: rig.caller)
            var thief = rig.caller
            thief.tenant = UUIDv7(at: rig.time.wall, random: (7, 7))
            let claim = try await rig.domains.add("shop.example", by: thief)
            rig.publish(owner)
            // The fake keys are named by selector, so the thief's must differ by hand.
            var stored = try #require(try await rig.stores.domain(claim.domain.id, of: thief.tenant))
            for index in stored.dkim.indices { stored.dkim[index].publicKey.append(0) }
            _ = try await rig.stores.update(stored, findings: nil)
            let (mine, theirs) = (
                try await rig.domains.verify(owner.domain.id, by: rig.caller),
                try await rig.domains.verify(claim.domain.id, by: thief)
            )
            #expect(mine.domain.status == .verified && theirs.domain.status == .pending)
            #expect(theirs.status(of: "dkim") == .mismatch)
        }
    }

    @Test func `Without a resolver nothing is looked at`() async throws {
        let house = try await House()
        let id = try await house.domains.list(by: house.caller)[0].domain.id
        let found = await failure { _ = try await house.domains.verify(id, by: house.caller) }
        #expect(found?.code == .invalidState)
    }
}

/// Answers MX and PTR questions; the others never.
private struct SilentDNS: Resolver {
    let dns: WritableDNS
    let time: VirtualTime

    init(_ dns: WritableDNS, time: VirtualTime) {
        self.dns = dns
        self.time = time
    }

    private func silence<Value>() async throws(ResolverFailure) -> Value {
        do { try await time.sleep(for: .seconds(3_600)) } catch { throw .cancelled }
        throw .timeout
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await dns.mx(name) }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { try await silence() }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await silence() }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await silence() }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await dns.ptr(address) }
}
