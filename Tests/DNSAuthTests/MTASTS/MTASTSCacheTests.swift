import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// On a simulated loop: days pass in milliseconds.
@Suite(.timeLimit(.minutes(1))) struct MTASTSCacheTests {
    static let day = Duration.seconds(86_400)

    @Test func aPolicyIsFetchedOnceAndKept() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        try await rig.loop.run { _ in
            for _ in 0..<5 { #expect(await rig.ask() == "enforce 1") }
            #expect(rig.world.fetches == 1)
            try await rig.wait(.seconds(80_000))
            #expect(await rig.ask() == "enforce 1" && rig.world.fetches == 1)
            #expect(rig.cache.counts.hits == 5 && rig.cache.counts.fetches == 1 && rig.cache.counts.policies == 1)
        }
    }

    @Test func anotherIdMeansAnotherPolicy() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            rig.world.publish("a.example", id: "2", mode: "testing", maxAge: 604_800)
            #expect(await rig.ask() == "testing 2")
            rig.world.publish("a.example", id: "3", mode: "none", maxAge: 604_800)
            #expect(await rig.ask() == "absent")
            #expect(await rig.ask() == "absent" && rig.world.fetches == 3, "a policy of none is kept, too")
        }
    }

    @Test func aFailingFetchKeepsTheOldPolicyAndIsNotRepeatedForFiveMinutes() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            rig.world.publish("a.example", id: "2", maxAge: 604_800)
            rig.world.change { $0.failure = .tls(reason: "expired") }
            for _ in 0..<3 { #expect(await rig.ask() == "enforce 1") }
            #expect(rig.world.fetches == 2)
            try await rig.wait(.seconds(299))
            #expect(await rig.ask() == "enforce 1" && rig.world.fetches == 2)
            rig.world.change { $0.failure = nil }
            try await rig.wait(.seconds(1))
            #expect(await rig.ask() == "enforce 1", "fetched beside the delivery")
            try await rig.wait(.milliseconds(1))
            #expect(await rig.ask() == "enforce 2" && rig.world.fetches == 3)
        }
    }

    @Test func withoutAKeptPolicyAFailureIsSaidAndRemembered() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        rig.world.change { $0.files = [:] }
        try await rig.loop.run { _ in
            for _ in 0..<3 {
                #expect(
                    await rig.cache.policy(for: rig.domain) == .unavailable(reason: .fetch(reason: "HTTP status 404")))
            }
            #expect(rig.world.fetches == 1)
            try await rig.wait(.seconds(300))
            rig.world.change { $0.failure = .tls(reason: "self-signed") }
            #expect(await rig.ask() == "unavailable", "fetched beside the delivery")
            try await rig.wait(.milliseconds(1))
            let second = await rig.cache.policy(for: rig.domain)
            #expect(second == .unavailable(reason: .certificate(reason: "self-signed")) && rig.world.fetches == 2)
            rig.world.change { $0.records = [:] }
            #expect(await rig.ask() == "absent", "no record, no policy")
        }
    }

    @Test func mailWaitsForADeadPolicyHostOnceAndNotEveryFiveMinutes() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        rig.world.change { state in
            state.failure = .timedOut
            state.delay = .seconds(60)
        }
        try await rig.loop.run { _ in
            let start = rig.loop.time.now
            #expect(await rig.ask() == "unavailable")
            #expect(rig.loop.time.now - start == .seconds(60))
            for round in 2...20 {
                try await rig.wait(.seconds(400))
                await rig.cache.sweep()
                let before = rig.loop.time.now
                #expect(await rig.ask() == "unavailable")
                #expect(rig.loop.time.now == before)
                try await rig.wait(.seconds(1))
                #expect(rig.world.fetches == round)
            }
            try await rig.wait(.seconds(400))
            rig.world.change { $0.failure = nil }
            #expect(await rig.ask() == "unavailable", "the fetch runs beside the delivery")
            try await rig.wait(.seconds(61))
            #expect(await rig.ask() == "enforce 1")
        }
    }

    @Test(arguments: ["gone", "failing", "several", "invalid"])
    func whateverHappensToTheRecordTheKeptPolicyHoldsUntilItExpires(_ what: String) async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 10 * 86_400)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            rig.world.change { state in
                state.failure = .unreachable(reason: "down")
                switch what {
                case "gone": state.records = [:]
                case "several": state.records["a.example"] = ["v=STSv1; id=1", "v=STSv1; id=2"]
                case "invalid": state.records["a.example"] = ["v=STSv1; id=!"]
                default: state.isDNSDown = true
                }
            }
            for _ in 0..<9 {
                try await rig.wait(Self.day)
                #expect(await rig.ask() == "enforce 1")
            }
            try await rig.wait(Self.day - .milliseconds(1))
            #expect(await rig.ask() == "enforce 1")
            try await rig.wait(.milliseconds(1))
            #expect(await rig.ask() == "absent")
        }
    }

    @Test func aPolicyInUseIsRefreshedInTheBackground() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 3 * 86_400)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            rig.world.change { $0.delay = .seconds(30) }
            for _ in 0..<20 {
                try await rig.wait(Self.day + .seconds(60))
                let before = rig.loop.time.now
                #expect(await rig.ask() == "enforce 1")
                #expect(rig.loop.time.now == before, "nobody waits for a refresh")
            }
            try await rig.wait(.seconds(60))
            #expect(rig.world.fetches == 21)
        }
    }

    @Test func aPolicyThatNobodyAsksForIsRefreshedByTheSweepUntilItIsIdle() async throws {
        let rig = CacheRig { $0.idleAfter = .seconds(10 * 86_400) }
        rig.world.publish("a.example", id: "1", maxAge: 2 * 86_400)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            let care = Task(executorPreference: rig.loop) { [cache = rig.cache] in await cache.run() }
            try await rig.wait(.seconds(9 * 86_400 + 1_800))
            #expect(rig.world.fetches == 10)
            // Even when the record is being kept from us.
            rig.world.change { $0.isDNSDown = true }
            #expect(await rig.ask() == "enforce 1")
            try await rig.wait(.seconds(13 * 86_400))
            #expect(await rig.ask() == "absent", "idle, not refreshed, expired")
            #expect(rig.cache.counts.policies == 0, "and swept away")
            care.cancel()
            await care.value
        }
    }

    @Test func equalFetchesShareOne() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        rig.world.change { $0.delay = .seconds(10) }
        try await rig.loop.run { _ in
            let answers = await withTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { await rig.ask() } }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers == ["enforce 1"] && rig.world.fetches == 1)
        }
    }

    @Test func anAgeOfNothingIsForThisOnce() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 0)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            rig.world.change { $0.records = [:] }
            #expect(await rig.ask() == "absent")
        }
    }

    @Test func anAddressLiteralHasNoPolicy() async throws {
        let rig = CacheRig()
        rig.world.publish("[192.0.2.1]", id: "1", maxAge: 604_800)
        try await rig.loop.run { _ in
            #expect(await rig.ask(Domain(canonical: "[192.0.2.1]")) == "absent" && rig.world.fetches == 0)
        }
    }

    @Test func aFullCacheForgetsFailuresFirstAndEnforcedPoliciesLast() async throws {
        let rig = CacheRig { $0.capacity = 16 }
        try await rig.loop.run { _ in
            for number in 0..<8 { rig.world.publish("e\(number).example", id: "1", maxAge: 604_800) }
            for number in 0..<8 { #expect(await rig.ask(Domain(canonical: "e\(number).example")) == "enforce 1") }
            for number in 0..<200 {
                rig.world.change { $0.records["f\(number).example"] = ["v=STSv1; id=1"] }
                #expect(await rig.ask(Domain(canonical: "f\(number).example")) == "unavailable")
            }
            for number in 0..<100 {
                rig.world.publish("t\(number).example", id: "1", mode: "testing", maxAge: 604_800)
                #expect(await rig.ask(Domain(canonical: "t\(number).example")) == "testing 1")
            }
            let fetches = rig.world.fetches
            for number in 0..<8 { #expect(await rig.ask(Domain(canonical: "e\(number).example")) == "enforce 1") }
            #expect(rig.world.fetches == fetches, "all eight were still there")
            #expect(rig.cache.counts.policies <= 16 && rig.cache.counts.evicted >= 292)
        }
    }

    @Test func theBytesOfPoliciesAreBoundedToo() async throws {
        let rig = CacheRig { $0.byteLimit = 100_000 }
        try await rig.loop.run { _ in
            for number in 0..<20 {
                rig.world.publish("p\(number).example", id: "1", maxAge: 604_800)
                rig.world.change { $0.files["p\(number).example"]? += "x: " + String(repeating: "y", count: 20_000) }
                #expect(await rig.ask(Domain(canonical: "p\(number).example")) == "enforce 1")
            }
            #expect(rig.cache.counts.policies == 2)
        }
    }
}
