import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Batches leave from their own source and no other, under its name.
@Suite struct SourceTests {
    static let four = EgressSource(name: "four", addresses: [.v4(0xCB00_7101)], heloName: "four.test")
    static let six = EgressSource(name: "six", addresses: [v6(1)], heloName: "six.test")
    static let both = EgressSource(name: "both", addresses: [v6(2), .v4(0xCB00_7102)])

    static func v6(_ last: UInt64) -> IPAddress { .v6(high: 0x2001_0DB8_0000_0000, low: last) }

    static func hello(_ name: String) -> String {
        "S: 220 mx.test ESMTP\nC: EHLO \(name)\nS: 250-mx.test\nS: 250-PIPELINING\nS: 250 8BITMIME\n"
    }

    @Test func eachSourceHasItsAddressItsNameAndItsConnections() async throws {
        let transactions = Dialogue.transaction + Dialogue.transaction
        let result = try await ScriptedDelivery {
            $0.sources = [Self.four, nil, Self.both]
            $0.batches = 6
        }.run(
            .play(Self.hello("four.test") + transactions), .play(Self.hello("client.test") + transactions),
            .play(Self.hello("client.test") + transactions))
        #expect(result.outcomes.flatMap { $0 }.allSatisfy { $0.verdict == .delivered })
        #expect(result.network.mismatches == [])
        #expect(result.network.origins == [.v4(0xCB00_7101), nil, .v4(0xCB00_7102)])
        #expect(result.idle == 3)
    }

    /// After a reload the name may stand for another way out.
    @Test func aSourceThatWasChangedGetsAConnectionOfItsOwn() async throws {
        let moved = EgressSource(name: "four", addresses: [.v4(0xCB00_7109)], heloName: "four.test")
        let same = EgressSource(name: "four", addresses: [.v4(0xCB00_7101)], heloName: "four.test")
        let result = try await ScriptedDelivery {
            $0.sources = [Self.four, moved, same]
            $0.batches = 3
        }.run(
            .play(Self.hello("four.test") + Dialogue.transaction + Dialogue.transaction),
            .play(Self.hello("four.test") + Dialogue.transaction))
        #expect(result.outcomes.flatMap { $0 }.allSatisfy { $0.verdict == .delivered })
        #expect(result.network.origins == [.v4(0xCB00_7101), .v4(0xCB00_7109)])
    }

    @Test func addressesOfAFamilyThatTheSourceHasNotAreLeftOut() async throws {
        let mixed: [IPAddress] = [Self.v6(25), .v4(0xC000_0219)]
        for (source, expected) in [(Self.four, mixed[1]), (Self.six, mixed[0])] {
            let result = try await ScriptedDelivery {
                $0.sources = [source]
                $0.names = ["mx.test": mixed]
            }.run(.fail(.refused))
            #expect(result.verdicts == [.deferred(.connectionRefused)])
            #expect(result.network.dialled.map(\.ip) == [expected])
            #expect(result.network.origins == source.addresses)
        }
        let all = try await ScriptedDelivery {
            $0.sources = [Self.both]
            $0.names = ["mx.test": mixed]
        }.run(.fail(.refused), .fail(.refused))
        #expect(all.network.dialled.map(\.ip) == mixed)
        #expect(all.network.origins == Self.both.addresses)
    }

    @Test func aSiteWithoutAnAddressOfTheFamilyHasAReasonOfItsOwn() async throws {
        let result = try await ScriptedDelivery { $0.sources = [Self.six] }.run()
        #expect(result.verdicts == [.deferred(.noAddressFamily)])
        #expect(result.connections == 0)
    }

    /// An address that is gone rules out its family; nothing is held against the host.
    @Test func anAddressThatIsGoneIsTheSourcesTrouble() async throws {
        let gone = try await ScriptedDelivery {
            $0.sources = [Self.four]
            $0.addresses = 5
        }.run(.fail(.noSource(errno: 99)))
        #expect(gone.verdicts == [.deferred(.sourceUnavailable)])
        #expect(gone.connections == 1)
        #expect(gone.outcomes[0][0].host == nil)

        let half = try await ScriptedDelivery {
            $0.sources = [Self.both]
            $0.names = ["mx.test": [Self.v6(25), Self.v6(26), .v4(0xC000_0219)]]
        }.run(.fail(.noSource(errno: 99)), .play(Self.hello("client.test") + Dialogue.transaction))
        #expect(half.verdicts == [.delivered])
        #expect(half.network.origins == Self.both.addresses)

        // Without a source it is as it was.
        let plain = try await ScriptedDelivery().run(.fail(.noSource(errno: 99)))
        #expect(plain.verdicts == [.deferred(.connectionRefused)])
    }

    @Test func aSourceWithoutAddressesLeavesThemToTheSystem() async throws {
        let result = try await ScriptedDelivery {
            $0.sources = [EgressSource(name: "any", heloName: "any.test")]
            $0.options.source = .v4(1)
        }.run(.play(Self.hello("any.test") + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
        #expect(result.network.origins == [nil])
    }

    // MARK: counted connections

    /// A host that says goodbye and does not close is waited for as long as QUIT may take, and no longer.
    @Test(arguments: ["C: QUIT\nS: 221 bye", "C: QUIT", "C: QUIT\nS: 221 bye\nX: eof\nX: close"])
    func aPlaceIsFreeWhenTheHostHasLetGo(_ farewell: String) async throws {
        let result = try await ScriptedDelivery {
            $0.sources = [Self.four, Self.both]
            $0.batches = 2
            $0.terms = ConnectionTerms(siteConnections: 1)
        }.run(
            .play(Self.hello("four.test") + Dialogue.transaction + farewell),
            .play(Self.hello("client.test") + Dialogue.transaction))
        #expect(result.outcomes.flatMap { $0 }.allSatisfy { $0.verdict == .delivered })
        #expect(result.network.mismatches == [])
        #expect(result.elapsed == (farewell.hasSuffix("close") ? .zero : ClientTimeouts().quit))
        #expect(result.idle == 1)
    }

    /// Where there is room, idle connections of other sources stay.
    @Test func nobodyIsClosedWhileThereIsRoom() async throws {
        let result = try await ScriptedDelivery {
            $0.sources = [Self.four, Self.both]
            $0.batches = 4
            $0.terms = ConnectionTerms(siteConnections: 2, sourceConnections: 1)
        }.run(
            .play(Self.hello("four.test") + Dialogue.transaction + Dialogue.transaction),
            .play(Self.hello("client.test") + Dialogue.transaction + Dialogue.transaction))
        #expect(result.outcomes.flatMap { $0 }.allSatisfy { $0.verdict == .delivered })
        #expect(result.connections == 2 && result.idle == 2)
    }
}
