import Foundation
import Glibc
import Loop
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What outlives the process.
@Suite(.timeLimit(.minutes(1))) struct MTASTSRestartTests {
    @Test func changesAreGatheredAndSavedOnce() async throws {
        let rig = CacheRig()
        try await rig.loop.run { _ in
            for number in 0..<10 {
                rig.world.publish("p\(number).example", id: "1", maxAge: 604_800)
                _ = await rig.ask(Domain(canonical: "p\(number).example"))
            }
            #expect(rig.world.now.saves == 0)
            try await rig.wait(.seconds(6))
            #expect(rig.world.now.saves == 1 && rig.world.now.saved.count == 10)
            await rig.cache.flush()
            #expect(rig.world.now.saves == 1, "nothing has changed")
            rig.world.publish("p0.example", id: "2", maxAge: 604_800)
            _ = await rig.ask(Domain(canonical: "p0.example"))
            await rig.cache.flush()
            #expect(rig.world.now.saves == 2)
            try await rig.wait(.seconds(60))
            #expect(rig.world.now.saves == 2)
        }
    }

    @Test func flushingWaitsForASaveUnderWayAndForWhatCameMeanwhile() async throws {
        let rig = CacheRig()
        for name in ["a.example", "b.example"] { rig.world.publish(name, id: "1", maxAge: 604_800) }
        rig.world.change { $0.storeDelay = .seconds(60) }
        try await rig.loop.run { _ in
            _ = await rig.ask()
            try await rig.wait(.seconds(6))
            #expect(rig.world.now.saving == 1)
            _ = await rig.ask(Domain(canonical: "b.example"))
            await rig.cache.flush()
            #expect(rig.world.now.saved.count == 2 && rig.world.now.saves == 2 && rig.world.now.mostSaving == 1)
            try await rig.wait(.seconds(600))
            #expect(rig.world.now.saves == 2 && rig.cache.counts.saves == 2)
        }
    }

    @Test func afterARestartTheSavedPolicyHoldsAlthoughNothingAnswers() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 7 * 86_400)
        rig.world.publish("short.example", id: "1", maxAge: 3_600)
        try await rig.loop.run { _ in
            #expect(await rig.ask() == "enforce 1")
            #expect(await rig.ask(Domain(canonical: "short.example")) == "enforce 1")
            await rig.cache.flush()
            try await rig.wait(.seconds(3_600))
            rig.world.change { state in
                state.isDNSDown = true
                state.failure = .timedOut
            }
            let next = CacheRig.cache(rig.world, rig.loop)
            #expect(await next.policy(for: rig.domain) == .absent, "before it is loaded")
            await next.load()
            #expect(next.counts.policies == 1, "what has expired is left out")
            guard case .enforce(let policy) = await next.policy(for: rig.domain) else {
                Issue.record("the policy is forgotten")
                return
            }
            #expect(policy.id == "1" && policy.mx == ["mx.example"] && policy.lines.count == 4)
            try await rig.wait(.seconds(7 * 86_400 - 3_600))
            #expect(await next.policy(for: rig.domain) == .absent, "it counts from the fetch, not from the start")
        }
    }

    @Test func aClockSetBackDoesNotLengthenAPolicy() async throws {
        let rig = CacheRig()
        let policy = MTASTSPolicy(mode: .enforce, mx: ["a"], maxAge: 1_000, id: "1", lines: ["x"])
        let future = rig.loop.time.wall + .seconds(1_000_000)
        rig.world.change { $0.saved = [StoredMTASTSPolicy(domain: rig.domain, policy: policy, fetchedAt: future)] }
        rig.world.change { $0.isDNSDown = true }
        try await rig.loop.run { _ in
            await rig.cache.load()
            #expect(await rig.ask() == "enforce 1")
            try await rig.wait(.seconds(1_000))
            #expect(await rig.ask() == "absent")
        }
    }

    @Test func aStoreThatFailsIsTriedAgainWithTheNextPolicy() async throws {
        let rig = CacheRig()
        rig.world.publish("a.example", id: "1", maxAge: 604_800)
        rig.world.publish("b.example", id: "1", maxAge: 604_800)
        rig.world.change { $0.storeFailure = .file(operation: "create", errno: ENOSPC) }
        try await rig.loop.run { _ in
            await rig.cache.load()
            #expect(await rig.ask() == "enforce 1")
            try await rig.wait(.seconds(6))
            #expect(rig.cache.counts.failedSaves == 1 && rig.world.now.saved.isEmpty)
            rig.world.change { $0.storeFailure = nil }
            #expect(await rig.ask(Domain(canonical: "b.example")) == "enforce 1")
            try await rig.wait(.seconds(6))
            #expect(rig.world.now.saved.map(\.domain.text) == ["a.example", "b.example"])
        }
    }

    // MARK: The file

    private static func sample(_ count: Int) throws -> [StoredMTASTSPolicy] {
        try (0..<count).map { number in
            let text =
                "version: STSv1\nmode: enforce\nmx: *.m\(number).example\nmax_age: \(number + 60)\nnote: caf\u{e9}\n"
            return StoredMTASTSPolicy(
                domain: Domain(canonical: "d\(number).example"),
                policy: try MTASTSPolicyParser.parse(Array(text.utf8), id: "id\(number)"),
                fetchedAt: WallTime(milliseconds: 1_798_761_600_000 + Int64(number)))
        }
    }

    @Test func aFileIsReplacedAsAWholeAndReadBack() async throws {
        let folder = try TemporaryFolder()
        let pool = BlockingPool(name: "policies", threads: 1)
        let path = folder.url.appending(path: "mta-sts").path
        let store = FilePolicyStore(path: path, pool: pool)
        #expect(try await store.load().isEmpty, "no file yet")
        for count in [3, 0, 2_000, 1] {
            let policies = try Self.sample(count)
            try await store.save(policies)
            #expect(try await store.load() == policies)
        }
        // What a crash may leave beside it does not matter.
        try folder.write("martlet-mta-sts 1\npol", to: "mta-sts.new")
        #expect(try await store.load().count == 1)
        try await store.save(try Self.sample(2))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["mta-sts"])
    }

    @Test func aDamagedFileIsSaidToBeDamaged() throws {
        let policies = try Self.sample(3)
        let bytes = MTASTSPolicyFile.encode(policies)
        #expect(try MTASTSPolicyFile.decode(bytes.span) == policies)
        for end in bytes.indices {
            let cut = Array(bytes[..<end])
            #expect(throws: MTASTSStoreFailure.self, "cut after \(end)") { try MTASTSPolicyFile.decode(cut.span) }
        }
        #expect(throws: MTASTSStoreFailure.damaged(line: 20)) {
            try MTASTSPolicyFile.decode((bytes + Array("x".utf8)).span)
        }
        var random = SeededGenerator(seed: 10)
        for _ in 0..<2_000 {
            var other = bytes
            other[Int.random(in: other.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            if let read = try? MTASTSPolicyFile.decode(other.span) { #expect(read.count == 3) }
        }
    }

    @Test func trouble() async throws {
        let pool = BlockingPool(name: "policies", threads: 1)
        let store = FilePolicyStore(path: "/nowhere/at/all", pool: pool)
        #expect(try await store.load().isEmpty)
        await #expect(throws: MTASTSStoreFailure.file(operation: "create", errno: ENOENT)) { try await store.save([]) }
        let folder = FilePolicyStore(path: "/tmp", pool: pool)
        await #expect(throws: MTASTSStoreFailure.self) { try await folder.load() }
    }
}
