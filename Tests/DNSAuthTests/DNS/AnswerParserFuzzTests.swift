import Mail
import Testing

@testable import DNSAuth

/// Remote bytes never crash the parser, whatever they are: answer or `.malformed`.
@Suite struct AnswerParserFuzzTests {
    @Test func randomBytes() {
        var generator = SeededGenerator(seed: 2_026)
        var parsed = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...300, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Most random headers promise thousands of records and are turned away; small counts go deeper.
            if count >= 12 {
                for index in stride(from: 4, to: 12, by: 2) {
                    bytes[index] = 0
                    bytes[index + 1] &= 3
                }
            }
            if (try? DNSPacket.parse(bytes)) != nil { parsed += 1 }
        }
        print("dns fuzz, random: 20000 packets, \(parsed) parsed")
        #expect(parsed > 0)
    }

    @Test func damagedAnswers() throws {
        var generator = SeededGenerator(seed: 2_027)
        var parsed = 0
        for round in 0..<30_000 {
            var random = generator
            let query = try DNSQuery(Question("mail.example.org", .mx), options: .init(), using: &random)
            var wire = WireAnswer(to: query)
            wire.answers = [
                WireAnswer.cname("mail.example.org", "x.example.org"),
                WireAnswer.mx("x.example.org", 10, "mx.example.org"),
                WireAnswer.a("x.example.org", [192, 0, 2, 1]), WireAnswer.record("x.example.org", 16, [3, 97, 98, 99]),
                WireAnswer.record("x.example.org", 52, [3, 1, 1, 0xAB, 0xCD]),
                WireAnswer.record("x.example.org", 28, Array(repeating: 1, count: 16)),
            ]
            wire.authority = [WireAnswer.soa("example.org")]
            var bytes = wire.bytes
            for _ in 0...(round % 8) {
                switch UInt8.random(in: 0...3, using: &generator) {
                case 0:
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                case 1: bytes[Int.random(in: 12..<bytes.count, using: &generator)] = 0xC0
                case 2: bytes.removeLast(Int.random(in: 0..<min(20, bytes.count - 13), using: &generator))
                default:
                    bytes.insert(
                        .random(in: 0...255, using: &generator), at: Int.random(in: 12..<bytes.count, using: &generator)
                    )
                }
            }
            guard let message = try? DNSPacket.parse(bytes) else { continue }
            parsed += 1
            _ = try? message.reading(of: .mx, chain: AliasChain(name: DNSName("mail.example.org")))
        }
        print("dns fuzz, damaged: 30000 packets, \(parsed) parsed")
        #expect(parsed > 1_000)
    }

    @Test func aCompressionLoopIsRefused() {
        let header: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(throws: ResolverFailure.malformed) { try DNSPacket.parse(header + [0xC0, 12, 0, 15, 0, 1]) }
    }

    @Test func aPromiseOfTooManyRecordsIsRefusedUnread() {
        let header: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0xFF, 0xFF, 0, 0, 0, 0]
        #expect(throws: ResolverFailure.malformed) { try DNSPacket.parse(header + [0, 0, 15, 0, 1]) }
    }
}
