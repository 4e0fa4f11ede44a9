import Loop
import Mail
import Synchronization
import Testing

@testable import DNSAuth

/// The whole resolver over a scripted carrier and a clock that only moves when told to.
@Suite(.timeLimit(.minutes(1))) struct ResolverScriptTests {
    private static func mx(_ query: DNSQuery, ttl: UInt32 = 300) -> [UInt8] {
        var answer = WireAnswer(to: query)
        answer.answers = [
            WireAnswer.mx(query.question.name.text, 20, "b.example", ttl: ttl),
            WireAnswer.mx(query.question.name.text, 10, "A.example", ttl: ttl),
        ]
        return answer.bytes
    }

    private static func code(_ code: UInt16, _ query: DNSQuery, authority: [[UInt8]] = []) -> [UInt8] {
        var answer = WireAnswer(to: query)
        answer.responseCode = code
        answer.authority = authority
        return answer.bytes
    }

    @Test func anAnswerIsSortedAndCachedUntilItsTimeIsOver() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in Self.mx(query, ttl: 60) }
        defer { rig.stop() }
        #expect(rig.resolver.cachedMX("example.org") == nil)
        let answer = try await rig.resolver.mx("Example.ORG.")
        #expect(answer.status == .found && answer.ttl == 60 && !answer.isAuthenticated)
        #expect(answer.records.map(\.exchange) == ["a.example", "b.example"])
        rig.clock.advance(by: .seconds(59))
        #expect(rig.resolver.cachedMX("example.org")?.ttl == 1)
        #expect(try await rig.resolver.mx("example.org").ttl == 1)
        #expect(rig.exchange.log.count == 1)
        rig.clock.advance(by: .seconds(1))
        _ = try await rig.resolver.mx("example.org")
        #expect(rig.exchange.log.count == 2)
        #expect(rig.resolver.counts.hits == 2)
    }

    @Test func negativeAnswersAreKeptByTheirSOA() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in
            Self.code(
                query.question.name.text == "gone.example" ? 3 : 0, query,
                authority: [WireAnswer.soa("example", minimum: 30)])
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("gone.example").status == .nonexistent)
        #expect(try await rig.resolver.mx("empty.example").status == .noData)
        _ = try await rig.resolver.mx("gone.example")
        #expect(rig.exchange.log.count == 2)
        rig.clock.advance(by: .seconds(30))
        _ = try await rig.resolver.mx("gone.example")
        #expect(rig.exchange.log.count == 3)
    }

    @Test func aNegativeAnswerWithoutSOAIsNotKept() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in Self.code(3, query) }
        defer { rig.stop() }
        for _ in 0..<3 { #expect(try await rig.resolver.mx("gone.example").status == .nonexistent) }
        #expect(rig.exchange.log.count == 3)
    }

    @Test func serverFailureGoesToTheNextServer() async throws {
        let rig = try ResolverRig(servers: 2) { (query, asked, _) throws(StreamFailure) in
            asked.server == ResolverRig.servers[0] ? Self.code(2, query) : Self.mx(query)
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("example.org").records.count == 2)
        _ = try await rig.resolver.mx("example.net")
        // SERVFAIL is about the name, so the first server is asked first again.
        #expect(rig.exchange.log.map(\.server) == [0, 1, 0, 1].map { ResolverRig.servers[$0] })
    }

    @Test func aSilentServerIsAskedLastUntilItsPenaltyIsOver() async throws {
        let rig = try ResolverRig(servers: 2) { (query, asked, _) throws(StreamFailure) in
            if asked.server == ResolverRig.servers[0] { throw .timedOut }
            return Self.mx(query)
        }
        defer { rig.stop() }
        let start = rig.clock.now
        _ = try await rig.resolver.mx("a.example")
        #expect(rig.clock.now - start == .seconds(3), "one timeout, in virtual time")
        _ = try await rig.resolver.mx("b.example")
        rig.clock.advance(by: .seconds(1))
        _ = try await rig.resolver.mx("c.example")
        #expect(rig.exchange.log.map(\.server) == [0, 1, 1, 0, 1].map { ResolverRig.servers[$0] })
    }

    @Test func allSilentIsATimeoutThatIsRememberedForAMoment() async throws {
        let rig = try ResolverRig(servers: 3) { (_, _, _) throws(StreamFailure) in throw .timedOut }
        defer { rig.stop() }
        let start = rig.clock.now
        await #expect(throws: ResolverFailure.timeout) { try await rig.resolver.mx("example.org") }
        #expect(rig.clock.now - start == .seconds(18), "3 s, 3 servers, 2 rounds")
        await #expect(throws: ResolverFailure.timeout) { try await rig.resolver.mx("example.org") }
        #expect(rig.exchange.log.count == 6)
        #expect(rig.resolver.cachedMX("example.org") == nil)
        rig.clock.advance(by: .seconds(5))
        await #expect(throws: ResolverFailure.timeout) { try await rig.resolver.mx("example.org") }
        #expect(rig.exchange.log.count == 12)
    }

    @Test func refusedConnectionsAreUnreachable() async throws {
        let rig = try ResolverRig(servers: 2) { (_, _, _) throws(StreamFailure) in throw .refused }
        defer { rig.stop() }
        await #expect(throws: ResolverFailure.unreachable) { try await rig.resolver.mx("example.org") }
    }

    @Test func truncationLeadsToTCP() async throws {
        let rig = try ResolverRig { (query, asked, _) throws(StreamFailure) in
            if asked.stream { return Self.mx(query) }
            var answer = WireAnswer(to: query)
            answer.flags |= 0x0200
            return answer.bytes
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("example.org").records.count == 2)
        #expect(rig.exchange.log.map(\.stream) == [false, true])
    }

    @Test func formatErrorLeadsToAQueryWithoutEDNS() async throws {
        let rig = try ResolverRig { (query, asked, _) throws(StreamFailure) in
            asked.edns ? Self.code(1, query) : Self.mx(query)
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("example.org").records.count == 2)
        #expect(rig.exchange.log.map(\.edns) == [true, false])
    }

    @Test func malformedBytesGoToTheNextServer() async throws {
        let rig = try ResolverRig(servers: 2) { (query, asked, _) throws(StreamFailure) in
            if asked.server == ResolverRig.servers[1] { return Self.mx(query) }
            var answer = WireAnswer(to: query)
            answer.answers = [WireAnswer.name("example.org") + [0, 15, 0, 1, 0, 0, 0, 60, 0, 200, 1]]
            return answer.bytes
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("example.org").records.count == 2)
    }

    @Test func unfinishedAliasesAreAskedFor() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in
            if query.question.name.text == "end.example.net" { return Self.mx(query, ttl: 500) }
            var answer = WireAnswer(to: query)
            answer.answers = [WireAnswer.cname("a.example", "end.example.net", ttl: 50)]
            return answer.bytes
        }
        defer { rig.stop() }
        let answer = try await rig.resolver.mx("a.example")
        #expect(answer.canonicalName == "end.example.net")
        #expect(answer.ttl == 50)
        #expect(rig.exchange.log.map(\.name) == ["a.example", "end.example.net"])
    }

    @Test func anAliasLoopAcrossAnswersEnds() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in
            let name = query.question.name.text
            var answer = WireAnswer(to: query)
            answer.answers = [WireAnswer.cname(name, name == "a.example" ? "b.example" : "a.example")]
            return answer.bytes
        }
        defer { rig.stop() }
        await #expect(throws: ResolverFailure.malformed) { try await rig.resolver.mx("a.example") }
        #expect(rig.exchange.log.count == 9)
    }

    @Test func theADBitCountsOnlyWhereItIsTrusted() async throws {
        for trust in [false, true] {
            let rig = try ResolverRig {
                $0.trustAD = trust
            } script: { (query, _, _) throws(StreamFailure) in
                var answer = WireAnswer(to: query)
                answer.flags |= 0x20
                answer.answers = [WireAnswer.mx("example.org", 1, "mx.example")]
                return answer.bytes
            }
            defer { rig.stop() }
            #expect(try await rig.resolver.mx("example.org").isAuthenticated == trust)
        }
    }

    @Test func oneUnsignedLinkSpoilsTheChain() async throws {
        let rig = try ResolverRig {
            $0.trustAD = true
        } script: { (query, _, _) throws(StreamFailure) in
            if query.question.name.text == "b.example" { return Self.mx(query) }
            var answer = WireAnswer(to: query)
            answer.flags |= 0x20
            answer.answers = [WireAnswer.cname("a.example", "b.example")]
            return answer.bytes
        }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("a.example").isAuthenticated == false)
    }

    @Test func addressesOfBothFamilies() async throws {
        let script: ScriptedExchange.Script = { (query, asked, _) throws(StreamFailure) in
            var answer = WireAnswer(to: query)
            let name = query.question.name.text
            switch (name, asked.type) {
            case ("six.example", .a), ("none.example", _): break
            case ("half.example", .aaaa): answer.responseCode = 2
            case (_, .a): answer.answers = [WireAnswer.a(name, [192, 0, 2, 1], ttl: 20)]
            default: answer.answers = [WireAnswer.record(name, 28, Array(repeating: 1, count: 16))]
            }
            return answer.bytes
        }
        let rig = try ResolverRig(script: script)
        defer { rig.stop() }
        let v6 = IPAddress.v6(high: 0x0101_0101_0101_0101, low: 0x0101_0101_0101_0101)
        let both = try await rig.resolver.addresses("both.example")
        #expect(both.records == [v6, .v4(0xC000_0201)])
        #expect(both.ttl == 20)
        #expect(rig.resolver.cachedAddresses("both.example")?.records.count == 2)
        #expect(try await rig.resolver.addresses("six.example").records == [v6])
        #expect(try await rig.resolver.addresses("half.example").records == [.v4(0xC000_0201)])
        #expect(try await rig.resolver.addresses("none.example").status == .noData)
        #expect(try await rig.resolver.addresses("localhost").records.count == 2)
        let old = try ResolverRig({ $0.useIPv6 = false }, script: script)
        defer { old.stop() }
        #expect(try await old.resolver.addresses("both.example").records == [.v4(0xC000_0201)])
        #expect(try await old.resolver.addresses("localhost").records == [.v4(0x7F00_0001)])
        #expect(old.exchange.log.map(\.type) == [.a])
        #expect(rig.exchange.log.allSatisfy { $0.name != "localhost" })
    }

    @Test func badNamesAreNeverAsked() async throws {
        let rig = try ResolverRig { (query, _, _) throws(StreamFailure) in Self.mx(query) }
        defer { rig.stop() }
        for name in ["", "a..b", "x y", "[127.0.0.1]".replacing("[", with: " ")] {
            await #expect(throws: ResolverFailure.badName) { try await rig.resolver.mx(name) }
            await #expect(throws: ResolverFailure.badName) { try await rig.resolver.addresses(name) }
        }
        #expect(rig.exchange.log.isEmpty)
    }
}
