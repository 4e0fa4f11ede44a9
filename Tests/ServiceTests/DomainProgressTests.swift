import Mail
import Testing

@testable import Service

/// What follows from a check, as a table: no DNS, no store, no waiting.
@Suite struct DomainProgressTests {
    private static let start = WallTime(milliseconds: 1_768_478_400_000)
    private let progress = DomainProgress(options: DomainCheckOptions())

    private static func key(
        _ selector: String, _ algorithm: DKIMKey.Algorithm = .rsaSHA256, _ state: DKIMKey.State = .active
    ) -> DKIMKey {
        DKIMKey(
            selector: selector, algorithm: algorithm, privateKey: [1], publicKey: [2], state: state, createdAt: start)
    }

    private static func domain(
        _ status: SendingDomain.Status, _ keys: [DKIMKey] = [key("r"), key("e", .ed25519SHA256)]
    ) -> SendingDomain {
        SendingDomain(
            id: UUIDv7(at: start, random: (0, 1)), tenant: UUIDv7(at: start, random: (0, 2)),
            name: Domain(canonical: "shop.example"), status: status, dkim: keys, createdAt: start)
    }

    private static func finding(
        _ subject: DomainFinding.Subject, _ status: DomainFinding.Status, merit: Int? = nil
    ) -> DomainFinding {
        DomainFinding(subject, status, record: "", type: "TXT", merit: merit)
    }

    private static func findings(
        spf: DomainFinding.Status = .ok, rsa: DomainFinding.Status, ed25519: DomainFinding.Status = .ok
    ) -> [DomainFinding] {
        [
            finding(.spf, spf), finding(.dkim(selector: "r"), rsa), finding(.dkim(selector: "e"), ed25519),
            finding(.dmarc, .ok), finding(.mx, .ok), finding(.reverse, .ok),
        ]
    }

    private func step(
        _ domain: SendingDomain, _ found: [DomainFinding], after hours: Int = 0
    ) -> DomainProgress.Step {
        step(domain, [], found, after: hours)
    }

    private func step(
        _ domain: SendingDomain, _ previous: [DomainFinding], _ found: [DomainFinding], after hours: Int = 0
    ) -> DomainProgress.Step {
        progress.step(
            domain, previous: previous, found: found, at: Self.start + .seconds(hours * 3_600), draw: 0.5)
    }

    @Test(arguments: [
        // The RSA record proves who writes the zone, whatever else is wrong.
        (DomainFinding.Status.missing, DomainFinding.Status.ok, DomainFinding.Status.missing, true),
        (.ok, .ok, .ok, true),
        (.ok, .missing, .ok, false),
        (.ok, .mismatch, .ok, false),
        (.ok, .invalid, .ok, false),
        (.ok, .temporary, .ok, false),
        // What verification rests on must have been answered.
        (.temporary, .ok, .ok, false),
        (.ok, .ok, .temporary, true),
    ])
    func `A pending domain is verified by the record of its RSA key`(
        spf: DomainFinding.Status, rsa: DomainFinding.Status, ed25519: DomainFinding.Status, isVerified: Bool
    ) {
        let after = step(Self.domain(.pending), Self.findings(spf: spf, rsa: rsa, ed25519: ed25519))
        #expect((after.domain.status == .verified) == isVerified)
        #expect((after.domain.verifiedAt == Self.start) == isVerified)
        #expect((after.change != nil) == isVerified)
        if let change = after.change {
            #expect(!change.wasVerified && change.isVerified)
            #expect(change.findings.first { $0.name == "dkim:r" } == .init(name: "dkim:r", was: "unknown", now: "ok"))
        }
    }

    @Test(arguments: [DomainFinding.Status.missing, .mismatch, .invalid])
    func `A verified domain keeps its status for the grace and loses it by a second look`(
        _ trouble: DomainFinding.Status
    ) {
        let good = step(Self.domain(.pending), Self.findings(rsa: .ok))
        let first = step(good.domain, good.findings, Self.findings(rsa: trouble), after: 6)
        #expect(first.domain.status == .verified)
        #expect(first.domain.failingSince == Self.start + .seconds(6 * 3_600))
        #expect(first.domain.nextCheck == Self.start + .seconds(6 * 3_600 + 600), "confirmed soon")
        #expect(first.change?.findings == [.init(name: "dkim:r", was: "ok", now: trouble.rawValue)])
        #expect(first.change?.isVerified == true)
        let second = step(first.domain, first.findings, Self.findings(rsa: trouble), after: 77)
        #expect(second.domain.status == .verified && second.change == nil)
        #expect(second.domain.nextCheck == Self.start + .seconds(78 * 3_600), "at the end of the grace")
        let last = step(second.domain, second.findings, Self.findings(rsa: trouble), after: 78)
        #expect(last.domain.status == .pending)
        #expect(last.domain.verifiedAt == nil && last.domain.failingSince == nil)
        #expect(last.change?.wasVerified == true && last.change?.isVerified == false)
        // And back as soon as the record is.
        let again = step(last.domain, last.findings, Self.findings(rsa: .ok), after: 80)
        #expect(again.domain.status == .verified && again.change?.isVerified == true)
    }

    @Test func `Even without a grace one look is not enough`() {
        var options = DomainCheckOptions()
        options.grace = .zero
        let progress = DomainProgress(options: options)
        let good = step(Self.domain(.pending), Self.findings(rsa: .ok))
        let first = progress.step(
            good.domain, previous: good.findings, found: Self.findings(rsa: .missing), at: Self.start, draw: 0)
        #expect(first.domain.status == .verified)
        let second = progress.step(
            first.domain, previous: first.findings, found: Self.findings(rsa: .missing), at: Self.start, draw: 0)
        #expect(second.domain.status == .pending)
    }

    @Test func `A temporary failure changes nothing, however long it lasts`() {
        let good = step(Self.domain(.pending), Self.findings(rsa: .ok))
        let silence = good.findings.map { Self.finding($0.subject, .temporary) }
        var now = good
        for hours in stride(from: 1, through: 2_000, by: 10) {
            now = step(now.domain, now.findings, silence, after: hours)
            #expect(now.domain.status == .verified && now.change == nil && now.domain.failingSince == nil)
            #expect(now.domain.score == 100)
        }
        // The time that counts against a domain goes on through it: it neither begins nor ends.
        let failing = step(now.domain, now.findings, Self.findings(rsa: .missing), after: 2_100)
        let quiet = step(failing.domain, failing.findings, silence, after: 2_200)
        #expect(quiet.domain.status == .verified && quiet.domain.failingSince == failing.domain.failingSince)
        let last = step(quiet.domain, quiet.findings, Self.findings(rsa: .missing), after: 2_201)
        #expect(last.domain.status == .pending)
    }

    @Test func `The record coming back ends the grace`() {
        let good = step(Self.domain(.pending), Self.findings(rsa: .ok))
        let bad = step(good.domain, good.findings, Self.findings(rsa: .missing), after: 1)
        let back = step(bad.domain, bad.findings, Self.findings(rsa: .ok), after: 50)
        #expect(back.domain.failingSince == nil)
        #expect(back.change?.findings == [.init(name: "dkim:r", was: "missing", now: "ok")])
        let again = step(back.domain, back.findings, Self.findings(rsa: .missing), after: 100)
        #expect(again.domain.status == .verified)
    }

    @Test func `The operator's word outlives the DNS`() {
        var domain = Self.domain(.verified)
        domain.isVouched = true
        let first = step(domain, Self.findings(spf: .missing, rsa: .missing), after: 1)
        #expect(first.domain.status == .verified && first.change == nil, "nothing was known before")
        let second = step(first.domain, first.findings, Self.findings(spf: .ok, rsa: .missing), after: 1_000)
        #expect(second.domain.status == .verified && second.domain.failingSince == nil)
        #expect(second.change?.findings == [.init(name: "spf", was: "missing", now: "ok")], "and is told all the same")
    }

    @Test func `What is answered again as it was before the failure is no change`() {
        let good = step(Self.domain(.pending), Self.findings(rsa: .ok))
        let quiet = step(good.domain, good.findings, Self.findings(spf: .temporary, rsa: .ok), after: 1)
        #expect(quiet.findings[0].status == .temporary && quiet.findings[0].settled == .ok)
        #expect(quiet.domain.nextCheck == Self.start + .seconds(3_600 + 900))
        let back = step(quiet.domain, quiet.findings, Self.findings(rsa: .ok), after: 2)
        #expect(quiet.change == nil && back.change == nil)
        let lost = step(quiet.domain, quiet.findings, Self.findings(spf: .missing, rsa: .ok), after: 2)
        #expect(lost.change?.findings == [.init(name: "spf", was: "ok", now: "missing")])
        #expect(lost.change?.previousScore == 100)
    }

    @Test(arguments: [
        (Self.findings(rsa: .ok), 100),
        (Self.findings(spf: .missing, rsa: .ok), 73),
        (Self.findings(rsa: .missing), 73),
        (Self.findings(rsa: .ok, ed25519: .missing), 89),
        (Self.findings(spf: .missing, rsa: .missing, ed25519: .missing), 35),
        ([Self.finding(.dmarc, .ok, merit: 75)], 75),
        ([Self.finding(.mtaSTS, .invalid), Self.finding(.tlsReports, .optional), Self.finding(.mx, .ok)], 100),
        ([Self.finding(.spf, .temporary), Self.finding(.mx, .ok)], 100),
        ([Self.finding(.spf, .temporary)], 0),
        ([Self.finding(.reverse, .mismatch, merit: 50), Self.finding(.tracking, .ok)], 63),
        ([], 0),
    ])
    func `The score is what is in order of what applies`(_ findings: [DomainFinding], _ score: Int) {
        let after = step(Self.domain(.pending), findings)
        #expect(after.domain.score == score)
        // The weights are those of the documentation: everything together is 100.
        let all = DomainScore.weigh(
            Self.findings(rsa: .ok) + [Self.finding(.returnPath, .ok), Self.finding(.tracking, .ok)],
            for: after.domain)
        #expect(all.reduce(0) { $0 + $1.weight } == 100)
        #expect(all.filter(\.isRequired).map(\.subject.name) == ["spf", "dkim:r"])
    }

    @Test func `A new key takes over alone and the old one retires after the overlap`() {
        let keys = [
            Self.key("r"), Self.key("e", .ed25519SHA256), Self.key("r2", .rsaSHA256, .publishedPending),
            Self.key("e2", .ed25519SHA256, .publishedPending),
        ]
        let all: [DomainFinding.Subject] = [
            .spf, .dkim(selector: "r"), .dkim(selector: "e"), .dkim(selector: "r2"), .dkim(selector: "e2"),
        ]
        func found(_ missing: String...) -> [DomainFinding] {
            all.map { Self.finding($0, missing.contains($0.name) ? .missing : .ok) }
        }
        func states(_ step: DomainProgress.Step) -> [String] {
            step.domain.dkim.map { "\($0.selector) \($0.state.rawValue)" }
        }
        let waiting = step(Self.domain(.verified, keys), found("dkim:r2", "dkim:e2"))
        #expect(states(waiting) == ["r active", "e active", "r2 published_pending", "e2 published_pending"])
        #expect(waiting.domain.score == 100, "what is not in use weighs nothing")
        let half = step(waiting.domain, waiting.findings, found("dkim:e2"), after: 1)
        #expect(states(half) == ["r retiring", "e active", "r2 active", "e2 published_pending"])
        #expect(half.domain.dkim[0].removableAt == Self.start + .seconds(3_600 + 7 * 86_400))
        #expect(half.domain.dkim[2].activatedAt == Self.start + .seconds(3_600))
        // The old record may go at once for all that verification cares.
        let gone = step(half.domain, half.findings, found("dkim:r", "dkim:e2"), after: 2)
        #expect(gone.domain.status == .verified && gone.domain.failingSince == nil)
        #expect(gone.change?.findings == [.init(name: "dkim:r", was: "ok", now: "missing")], "but it is said")
        let whole = step(gone.domain, gone.findings, found("dkim:r"), after: 3)
        #expect(states(whole) == ["r retiring", "e retiring", "r2 active", "e2 active"])
        let end = step(whole.domain, whole.findings, found(), after: 3 + 7 * 24)
        #expect(states(end) == ["r retired", "e retired", "r2 active", "e2 active"])
        #expect(end.findings.map(\.subject.name) == ["spf", "dkim:r2", "dkim:e2"])
    }

    @Test func `Selectors are never used twice while they are remembered`() {
        var keys: [DKIMKey] = []
        var seen: Set<String> = []
        for number in 1...4 {
            let pair = DKIMRotation.selectors(for: keys, at: Self.start)
            #expect(pair.rsa == (number == 1 ? "mt202601r" : "mt202601r\(number)"))
            #expect(seen.insert(pair.rsa).inserted && seen.insert(pair.ed25519).inserted)
            keys += [Self.key(pair.rsa, .rsaSHA256, .retired), Self.key(pair.ed25519, .ed25519SHA256, .retired)]
        }
        var domain = Self.domain(.verified, keys + [Self.key("now")])
        for index in domain.dkim.indices.dropLast() { domain.dkim[index].removableAt = Self.start }
        DKIMRotation.begin([Self.key("next")], in: &domain, at: Self.start + .seconds(91 * 86_400))
        #expect(domain.dkim.map(\.selector) == ["now", "next"], "and forgotten after three months")
        #expect(domain.dkim[1].state == .publishedPending)
        DKIMRotation.begin([Self.key("other")], in: &domain, at: Self.start + .seconds(92 * 86_400))
        #expect(domain.dkim.map(\.selector) == ["now", "other"])
    }

    @Test(arguments: [
        (SendingDomain.Status.pending, 0, 120), (.pending, 2 * 3_600, 600), (.pending, 2 * 86_400, 3_600),
        (.pending, 30 * 86_400, 21_600), (.verified, 0, 21_600), (.verified, 30 * 86_400, 21_600),
    ])
    func `The younger a pending domain, the sooner it is looked at again`(
        _ status: SendingDomain.Status, _ age: Int, _ seconds: Int
    ) {
        let schedule = DomainSchedule(options: DomainCheckOptions())
        let now = Self.start + .seconds(age)
        let domain = Self.domain(status)
        let middle = schedule.next(after: now, for: domain, findings: [], draw: 0.5)
        #expect(middle == now + .seconds(seconds))
        let (first, last) = (
            schedule.next(after: now, for: domain, findings: [], draw: 0),
            schedule.next(after: now, for: domain, findings: [], draw: 1)
        )
        #expect(first == now + .milliseconds(seconds * 900) && last == now + .milliseconds(seconds * 1_100))
    }
}
