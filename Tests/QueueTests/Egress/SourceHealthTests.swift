import Mail
import Testing

@testable import Queue

@Suite struct SourceHealthTests {
    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    /// One attempt per entry: it begins and ends at that second.
    private static func rests(
        _ health: inout SourceHealth, _ sign: SourceHealth.Sign, _ seconds: [Int64], of source: String = "a"
    ) -> [Int64?] {
        seconds.map { second in
            health.note(sign, of: source, startedAt: at(second), now: at(second))?.duration.components.seconds
        }
    }

    @Test func restsAfterSeveralFailuresInARow() {
        var health = SourceHealth()
        #expect(Self.rests(&health, .trouble(.proxy), [1, 2, 3, 4]) == [nil, nil, nil, nil])
        #expect(health.trouble(of: "a") == nil)
        // One that goes, over whatever site, begins the count again; one that says nothing does not.
        #expect(Self.rests(&health, .usable, [5]) == [nil])
        #expect(health.isWell)
        #expect(Self.rests(&health, .trouble(.proxy), [6, 7]) == [nil, nil])
        #expect(Self.rests(&health, .none, [8]) == [nil])
        #expect(Self.rests(&health, .trouble(.address), [9, 10, 11]) == [nil, nil, 30])
        #expect(health.trouble(of: "a") == .address)
        #expect(health.trouble(of: "b") == nil)
    }

    @Test func theRestDoublesUntilAProbeSucceeds() {
        var health = SourceHealth()
        _ = Self.rests(&health, .trouble(.proxy), [1, 1, 1, 1])
        var now: Int64 = 2
        var rests: [Int64] = []
        for _ in 0..<8 {
            guard let rest = Self.rests(&health, .trouble(.proxy), [now])[0] else {
                Issue.record("a probe that failed did not bring another rest")
                return
            }
            rests.append(rest)
            now += rest
        }
        #expect(rests == [30, 60, 120, 240, 480, 600, 600, 600])
        #expect(Self.rests(&health, .usable, [now]) == [nil])
        #expect(health.isWell)
        // And it takes as many failures as before, for as short a rest.
        #expect(Self.rests(&health, .trouble(.proxy), [now, now, now, now, now]) == [nil, nil, nil, nil, 30])
    }

    @Test func whatWasUnderWayTellsNothingNew() {
        var health = SourceHealth()
        _ = Self.rests(&health, .trouble(.proxy), [1, 2, 3, 4, 10])
        for _ in 0..<20 {
            #expect(health.note(.trouble(.proxy), of: "a", startedAt: Self.at(9), now: Self.at(12)) == nil)
        }
        // Nor does it prove the source well.
        #expect(health.note(.usable, of: "a", startedAt: Self.at(9), now: Self.at(12)) == nil)
        #expect(health.trouble(of: "a") == .proxy)
        // An operator who resumes the source before its time probes it.
        #expect(Self.rests(&health, .trouble(.proxy), [13]) == [60])
    }

    @Test func eachSourceHasItsOwnCount() {
        var health = SourceHealth()
        for second in 1...4 as ClosedRange<Int64> {
            #expect(Self.rests(&health, .trouble(.proxy), [second], of: "a") == [nil])
            #expect(Self.rests(&health, .trouble(.proxy), [second], of: "b") == [nil])
        }
        #expect(Self.rests(&health, .usable, [5], of: "b") == [nil])
        #expect(Self.rests(&health, .trouble(.proxy), [6], of: "a") == [30])
        #expect(Self.rests(&health, .trouble(.proxy), [6], of: "b") == [nil])
        health.forget { $0 == "a" }
        #expect(health.trouble(of: "a") == nil && !health.isWell)
    }

    /// Random attempts: a rest comes only after enough failures in a row, and lasts between the first and the longest.
    @Test func holdsWhatItPromises() {
        var generator = SplitMix64(seed: 0x4EA1)
        for _ in 0..<300 {
            var rules = SourceHealth.Rules()
            rules.failures = Int.random(in: 0...6, using: &generator)
            var health = SourceHealth(rules)
            var now: Int64 = 1
            var row = 0
            var last: Int64?
            for _ in 0..<200 {
                now += Int64.random(in: 1...700, using: &generator)
                let isTrouble = Int.random(in: 0..<4, using: &generator) > 0
                let rest = Self.rests(&health, isTrouble ? .trouble(.address) : .usable, [now])[0]
                row = isTrouble ? row + 1 : 0
                if !isTrouble { last = nil }
                let isDue = isTrouble && (last != nil || row >= max(1, rules.failures))
                #expect((rest != nil) == isDue)
                if let rest {
                    #expect(rest == last.map { min($0 * 2, 600) } ?? 30)
                    last = rest
                }
            }
        }
    }

    @Test func signsAreReadFromOutcomes() {
        func sign(_ verdicts: [(Verdict, Reply?)]) -> SourceHealth.Sign {
            SourceHealth.Sign(verdicts.map { Outcome($0.0, reply: $0.1) })
        }
        let words = Reply(code: 550, text: "no")
        // A host that the proxy refuses is the host's affair, or anybody's DNS could make a source rest.
        let host = RemoteHost(name: "mx.test", address: "10.0.0.1:25")
        #expect(SourceHealth.Sign([Outcome(.deferred(.proxyFailed), host: host)]) == .none)
        #expect(sign([(.deferred(.proxyFailed), nil)]) == .trouble(.proxy))
        #expect(sign([(.deferred(.sourceUnavailable), nil)]) == .trouble(.address))
        #expect(sign([(.delivered, nil), (.deferred(.proxyFailed), nil)]) == .usable)
        #expect(sign([(.bounced(.remoteReply), words)]) == .usable)
        #expect(sign([(.bounced(.noSuchDomain), nil)]) == .none)
        #expect(sign([]) == .none)
        // A site that does not answer is no trouble of the source, and a refusal has come all the way.
        let troubles: Set<DeferralReason> = [.proxyFailed, .sourceUnavailable]
        for reason in DeferralReason.allCases {
            switch sign([(.deferred(reason), nil)]) {
            case .trouble: #expect(troubles.contains(reason))
            case .usable, .none: #expect(!troubles.contains(reason))
            }
        }
        #expect(sign([(.deferred(.noAddressFamily), nil)]) == .none)
    }

    @Test func theWatchTurnsARestIntoAHold() {
        let watch = SourceWatch()
        let source = "a"
        let failed = [Outcome(.deferred(.proxyFailed))]
        let wall = WallTime(milliseconds: 1_000_000)
        func settle(_ outcomes: [Outcome], _ source: String, _ second: Int64) -> [ShapingDirective] {
            watch.directives(
                after: outcomes, from: source, startedAt: Self.at(second), now: Self.at(second), wall: wall)
        }
        for second in 1...4 as ClosedRange<Int64> { #expect(settle(failed, source, second) == []) }
        guard case .hold(let hold)? = settle(failed, source, 5).first else {
            Issue.record("no hold after five failures")
            return
        }
        #expect(hold.scope == .source("a"))
        #expect(hold.cause == .sourceHealth("its proxy cannot be used"))
        #expect(hold.since == wall && hold.until == wall + .seconds(30))
        #expect(settle([Outcome(.delivered)], source, 40) == [])
        // All is forgotten: it takes five again, after a success as after the source was taken away and came back.
        for second in 41...44 as ClosedRange<Int64> { #expect(settle(failed, source, second) == []) }
        watch.replace(with: .none)
        for second in 45...48 as ClosedRange<Int64> { #expect(settle(failed, source, second) == []) }
        #expect(settle(failed, source, 49).count == 1)
    }
}
