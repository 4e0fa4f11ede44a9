import Mail
import Testing

@testable import DNSAuth

/// The fuzzer's way in works, so that what it runs is not nothing.
@Suite struct AnswerProbeTests {
    @Test func findsWhatIsThere() {
        let data: [UInt8] = [3, 1, 1] + Array(repeating: 7, count: 32)
        var wire = WireAnswer(
            to: [0, 0, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0] + WireAnswer.name("mail.example.org") + [0, 52, 0, 1])
        wire.answers = [WireAnswer.record("mail.example.org", 52, data)]
        #expect(AnswerProbe.records(in: wire.bytes, of: 52, randomCase: false, isForged: false) == 2)
        #expect(AnswerProbe.records(in: wire.bytes, of: 52, randomCase: true, isForged: true) == 2)
        #expect(AnswerProbe.records(in: wire.bytes, of: 15, randomCase: false, isForged: true) == 0)
        wire.question[0] = 1
        #expect(AnswerProbe.records(in: [], of: 65_535, randomCase: false, isForged: true) == 0)
    }
}
