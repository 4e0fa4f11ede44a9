import Mail
import Testing

@testable import DNSAuth

@Suite struct AnswerReadingTests {
    private func read(
        _ name: String, _ answers: [[UInt8]], type: RecordType = .mx, code: UInt16 = 0, authority: [[UInt8]] = [],
        start: Int = 0
    ) throws -> AnswerReading {
        var generator = SeededGenerator(seed: 1)
        let query = try DNSQuery(Question(name, type), options: .init(), using: &generator)
        var wire = WireAnswer(to: query)
        wire.responseCode = code
        wire.answers = answers
        wire.authority = authority
        return try DNSPacket.parse(wire.bytes).reading(
            of: type, chain: AliasChain(name: DNSName(name), length: start))
    }

    @Test func theLowestTTLCounts() throws {
        let reading = try read(
            "a.example",
            [
                WireAnswer.mx("a.example", 10, "mx1.example", ttl: 500),
                WireAnswer.mx("a.example", 20, "mx2.example", ttl: 40),
            ])
        guard case .found(let records, let chain) = reading else { throw Unexpected() }
        #expect(records.count == 2)
        #expect(chain.ttl == 40)
    }

    @Test func aliasesAreFollowedInsideTheAnswer() throws {
        let reading = try read(
            "a.example",
            [
                WireAnswer.mx("c.example", 10, "mx.example", ttl: 500),
                WireAnswer.cname("a.example", "b.example", ttl: 7),
                WireAnswer.cname("b.example", "C.example"),
            ])
        guard case .found(_, let chain) = reading else { throw Unexpected() }
        #expect(chain.name.text == "c.example")
        #expect(chain.length == 2)
        #expect(chain.ttl == 7)
    }

    @Test func recordsOfOtherNamesAreIgnored() throws {
        let reading = try read(
            "a.example", [WireAnswer.mx("b.example", 10, "evil.example")], authority: [WireAnswer.soa("example")])
        guard case .negative(.noData, _) = reading else { throw Unexpected() }
    }

    @Test func anUnfinishedChainSaysWhereToGoOn() throws {
        let reading = try read("a.example", [WireAnswer.cname("a.example", "b.example.net")])
        guard case .unfinished(let chain) = reading else { throw Unexpected() }
        #expect(chain.name.text == "b.example.net")
    }

    @Test func negativeTTLIsTheLesserOfBoth() throws {
        for (ttl, minimum, expected) in [(900, 60, 60), (30, 60, 30)] as [(UInt32, UInt32, UInt32)] {
            let soa = WireAnswer.soa("example", ttl: ttl, minimum: minimum)
            guard case .negative(.nonexistent, let chain) = try read("a.example", [], code: 3, authority: [soa]) else {
                throw Unexpected()
            }
            #expect(chain.ttl == expected)
        }
    }

    @Test func aStartOfAuthorityOfAnotherZoneSaysNothing() throws {
        let soa = WireAnswer.soa("other.example")
        guard case .negative(.nonexistent, let chain) = try read("a.example", [], code: 3, authority: [soa]) else {
            throw Unexpected()
        }
        #expect(chain.ttl == 0)
    }

    @Test func nonexistentBelongsToTheEndOfTheChain() throws {
        let reading = try read(
            "a.example", [WireAnswer.cname("a.example", "b.example")], code: 3, authority: [WireAnswer.soa("example")])
        guard case .negative(.nonexistent, let chain) = reading else { throw Unexpected() }
        #expect(chain.name.text == "b.example")
    }

    @Test func chainsLongerThanEightAndLoopsAreRefused() throws {
        let chain = (0..<9).map { WireAnswer.cname("n\($0).example", "n\($0 + 1).example") }
        let end = [WireAnswer.mx("n8.example", 1, "mx.example")]
        guard case .found = try read("n0.example", Array(chain.prefix(8)) + end) else { throw Unexpected() }
        #expect(throws: ResolverFailure.malformed) { try read("n0.example", chain) }
        #expect(throws: ResolverFailure.malformed) {
            try read(
                "a.example", [WireAnswer.cname("a.example", "b.example"), WireAnswer.cname("b.example", "a.example")])
        }
        #expect(throws: ResolverFailure.malformed, "over several messages") {
            try read("a.example", [WireAnswer.cname("a.example", "b.example")], start: 8)
        }
    }

    @Test func nullMXIsAnEmptyExchange() throws {
        guard case .found(let records, _) = try read("a.example", [WireAnswer.record("a.example", 15, [0, 0, 0])])
        else {
            throw Unexpected()
        }
        #expect(records == [.mx(MXRecord(preference: 0, exchange: ""))])
    }

    @Test func aTTLWithTheTopBitIsZero() throws {
        let answer = WireAnswer.mx("a.example", 1, "mx.example", ttl: 0x8000_0001)
        guard case .found(_, let chain) = try read("a.example", [answer]) else { throw Unexpected() }
        #expect(chain.ttl == 0)
    }

    @Test(arguments: [
        (RecordType.mx, [] as [UInt8]), (.mx, [0]), (.mx, [0, 10]), (.a, [1, 2, 3]), (.aaaa, [1, 2, 3, 4]),
        (.txt, []), (.tlsa, [3, 1]), (.mx, [0, 10, 3, 97, 46, 98, 0]),
    ])
    func shortOrOddDataNeverBecomesARecord(_ type: RecordType, _ data: [UInt8]) throws {
        let reading = try? read("a.example", [WireAnswer.record("a.example", type.rawValue, data)], type: type)
        if case .found(let records, _)? = reading { Issue.record("found \(records)") }
    }

    @Test func textStringsAreJoined() throws {
        let answer = WireAnswer.record("a.example", 16, [2, 97, 98, 0, 1, 99])
        guard case .found(let records, _) = try read("a.example", [answer], type: .txt) else { throw Unexpected() }
        #expect(records == [.txt("abc")])
    }
}

struct Unexpected: Error {}
