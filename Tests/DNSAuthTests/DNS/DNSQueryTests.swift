import Mail
import Testing

@testable import DNSAuth

@Suite struct DNSQueryTests {
    private func query(randomCase: Bool = false, seed: UInt64 = 3) throws -> DNSQuery {
        var generator = SeededGenerator(seed: seed)
        return try DNSQuery(
            Question("mail.example.org", .mx), options: .init(wantsAuthenticity: true, randomCase: randomCase),
            using: &generator)
    }

    @Test func theWireFormIsWhatTheRFCsSay() throws {
        let wire = try query().wire
        // RD and AD; one question; one additional record.
        #expect(Array(wire[2..<12]) == [0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1])
        let name = WireAnswer.name("mail.example.org")
        #expect(Array(wire[12..<12 + name.count]) == name)
        #expect(Array(wire[(12 + name.count)..<(16 + name.count)]) == [0, 15, 0, 1])
        // OPT with 1232 bytes (RFC 6891 §6.1.2).
        #expect(Array(wire.suffix(11)) == [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0])
    }

    @Test func identifiersSpreadOverAllBits() throws {
        let ids = try (0..<2_000).map { try query(seed: UInt64($0)).id }
        #expect(Set(ids).count > 1_900)
        #expect(ids.reduce(0, |) == 0xFFFF)
        #expect(ids.reduce(0xFFFF, &) == 0)
    }

    @Test func theHonestAnswerMatches() throws {
        let query = try query()
        var answer = WireAnswer(to: query)
        #expect(query.match(answer.bytes) == .answer)
        answer.flags |= 0x0200
        #expect(query.match(answer.bytes) == .truncated)
    }

    @Test func liesAreForeign() throws {
        let query = try query()
        let honest = WireAnswer(to: query)
        var other = honest
        other.id &+= 1
        #expect(query.match(other.bytes) == .foreign)
        other = honest
        other.question[1] ^= 1
        #expect(query.match(other.bytes) == .foreign)
        other = honest
        other.question[other.question.count - 3] = 1
        #expect(query.match(other.bytes) == .foreign, "another type")
        #expect(query.match(query.wire) == .foreign, "our own query come back")
        for count in 0..<honest.bytes.count { #expect(query.match(Array(honest.bytes.prefix(count))) == .foreign) }
    }

    @Test func letterCaseMattersOnlyWhenItWasRandomised() throws {
        for randomCase in [false, true] {
            let query = try query(randomCase: randomCase)
            var answer = WireAnswer(to: query)
            answer.question[1] ^= 0x20
            #expect(query.match(answer.bytes) == (randomCase ? .foreign : .answer))
        }
    }

    @Test func aBareFormatErrorIsAnAnswer() throws {
        let query = try query()
        let id = WireAnswer.word(query.id)
        #expect(query.match(id + [0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]) == .answer)
        #expect(query.match(id + [0x80, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]) == .foreign)
    }
}
