import Mail
import Testing

@testable import MTA

@Suite struct MailCommandsTests {
    private static let everything: Extensions = {
        var extensions = Extensions()
        extensions.offered = [.pipelining, .eightBitMIME, .smtpUTF8, .size, .dsn]
        return extensions
    }()

    private static func mail(_ envelope: Envelope, _ extensions: Extensions, usesUTF8: Bool = false) -> String {
        var out = Bytes()
        MailCommands.appendMail(envelope, size: 1234, extensions: extensions, usesUTF8: usesUTF8, to: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private static func rcpt(_ recipient: Recipient, _ extensions: Extensions, usesUTF8: Bool = false) -> String {
        var out = Bytes()
        MailCommands.appendRecipient(recipient, extensions: extensions, usesUTF8: usesUTF8, to: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private static let domain = Domain(canonical: "example.org")

    @Test func writesMAIL() {
        let sender = Mailbox(localPart: "a.b+c", domain: Self.domain)
        var envelope = Envelope(
            sender: sender, recipients: [], is8Bit: true, returnOption: .headers, envelopeID: "x=y z")
        #expect(Self.mail(envelope, Extensions()) == "MAIL FROM:<a.b+c@example.org>\r\n")
        #expect(
            Self.mail(envelope, Self.everything, usesUTF8: true)
                == "MAIL FROM:<a.b+c@example.org> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+3Dy+20z\r\n")
        envelope.sender = nil
        #expect(Self.mail(envelope, Extensions()) == "MAIL FROM:<>\r\n")
    }

    @Test func writesRCPT() {
        let box = Mailbox(localPart: "two words", domain: Self.domain)
        #expect(Self.rcpt(Recipient(box), Self.everything) == "RCPT TO:<\"two words\"@example.org>\r\n")
        let never = Recipient(Mailbox(localPart: "n", domain: Self.domain), notify: .never)
        #expect(Self.rcpt(never, Self.everything) == "RCPT TO:<n@example.org> NOTIFY=NEVER\r\n")
        #expect(Self.rcpt(never, Extensions()) == "RCPT TO:<n@example.org>\r\n")
        let full = Recipient(
            Mailbox(localPart: "n", domain: Self.domain), notify: [.success, .failure, .delay],
            originalRecipient: "rfc822;a+b@example.net")
        #expect(
            Self.rcpt(full, Self.everything)
                == "RCPT TO:<n@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb@example.net\r\n")
        let unicode = Recipient(
            Mailbox(localPart: "ü", domain: Self.domain), originalRecipient: "utf-8;ü@example.net")
        #expect(
            Self.rcpt(unicode, Self.everything, usesUTF8: true)
                == "RCPT TO:<ü@example.org> ORCPT=utf-8;ü@example.net\r\n")
        #expect(
            Self.rcpt(unicode, Self.everything)
                == "RCPT TO:<ü@example.org> ORCPT=utf-8;\\x{FC}@example.net\r\n")
    }

    @Test func decidesBeforeItSends() {
        func decide(
            _ change: (inout Preflight.Demands) -> Void, _ extensions: Extensions = Extensions(),
            header8Bit: Bool = false, eightBit: EightBitPolicy = .sendAnyway
        ) -> Preflight.Decision {
            var demands = Preflight.Demands(Envelope(sender: nil, recipients: []), size: 100)
            change(&demands)
            return Preflight.decide(demands, extensions: extensions, eightBit: eightBit, header8Bit: { header8Bit })
        }
        var small = Extensions()
        small.sizeLimit = 99
        #expect(decide({ _ in }, small) == .bounce(.tooLarge))
        small.sizeLimit = 100
        #expect(decide({ _ in }, small) == .send(usesUTF8: false))
        #expect(decide({ $0.hasUTF8Address = true }) == .bounce(.needsSMTPUTF8))
        #expect(decide({ $0.declaresUTF8 = true }, header8Bit: true) == .bounce(.needsSMTPUTF8))
        #expect(decide({ $0.declaresUTF8 = true }) == .send(usesUTF8: false))
        #expect(decide({ $0.declaresUTF8 = true }, Self.everything) == .send(usesUTF8: true))
        #expect(decide({ $0.is8Bit = true }) == .send(usesUTF8: false))
        #expect(decide({ $0.is8Bit = true }, eightBit: .bounce) == .bounce(.needs8BitMIME))
        #expect(decide({ $0.is8Bit = true }, Self.everything, eightBit: .bounce) == .send(usesUTF8: false))
        let injected = Mailbox(localPart: "a>\r\nRSET\r\n", domain: Self.domain)
        let demands = Preflight.Demands(Envelope(sender: nil, recipients: [Recipient(injected)]), size: 1)
        let verdict = Preflight.decide(
            demands, extensions: Self.everything, eightBit: .sendAnyway, header8Bit: { false })
        #expect(verdict == .bounce(.policy))
    }

    @Test func looksForEightBitsInTheHeaderOnly() {
        #expect(!Preflight.header8Bit(in: [Array("A: b\r\n\r\nü".utf8)]))
        #expect(Preflight.header8Bit(in: [Array("A: b\r\n".utf8), Array("C: ü\r\n\r\n".utf8)]))
        #expect(!Preflight.header8Bit(in: [Array("A: b\r\n".utf8), Array("\r\nü".utf8)]))
    }
}
