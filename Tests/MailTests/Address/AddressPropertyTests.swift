import Mail
import Testing

@Suite struct AddressPropertyTests {
    static let alphabet = Array(#"aaaaab@@@.."\[]<>:,; ()-1%"#.utf8) + [0x00, 0x0D, 0x0A, 0xC3, 0xBC]

    @Test func whatPrintsParsesBackToItself() throws {
        var generator = SeededGenerator(seed: 20_260_821)
        for _ in 0..<5000 {
            let local = generator.text(upTo: 12, from: ["a", "B", ".", " ", "\"", "\\", "@", "ü", "+", "<", "用"])
            let mailbox = Mailbox(localPart: local, domain: Domain(canonical: "b.example"))
            #expect(try Mailbox(parsing: mailbox.description) == mailbox, "\(mailbox.description.debugDescription)")
        }
    }

    @Test func randomBytesNeverCrashAndWhatIsAcceptedIsSafe() {
        var generator = SeededGenerator(seed: 42)
        var accepted = 0
        for _ in 0..<50_000 {
            let bytes = generator.bytes(upTo: 24, from: Self.alphabet)
            if let mailbox = try? Mailbox(parsing: bytes.span, options: .utf8) {
                accepted += 1
                let text = mailbox.description
                #expect(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
                #expect((try? Mailbox(parsing: text)) == mailbox, "\(text.debugDescription)")
            }
            if let path = try? ReversePath(parsing: bytes.span, options: .utf8) { #expect(path.length <= bytes.count) }
            _ = try? ForwardPath(parsing: bytes.span, options: .utf8)
            _ = try? Domain(parsing: bytes.span, options: .utf8)
            _ = IPAddress(parsing: bytes.span)
            _ = XText.decode(bytes.span)
            if let list = try? MailboxList(parsing: bytes.span) {
                for entry in list.mailboxes { #expect(!entry.description.utf8.contains { $0 < 0x20 || $0 == 0x7F }) }
            }
        }
        #expect(accepted > 10)
    }

    @Test func addressesOfBothFamiliesRoundTrip() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            // Words with many zero groups, which is where the text form is hard.
            let mask = generator.next() | generator.next()
            let address = IPAddress.v6(high: generator.next() & generator.next() & mask, low: generator.next() & ~mask)
            #expect(IPAddress(address.description) == address, "\(address)")
            let other = IPAddress.v4(UInt32(truncatingIfNeeded: generator.next()))
            #expect(IPAddress(other.description) == other)
        }
    }

    @Test func internationalDomainsRoundTrip() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<2000 {
            let label = generator.text(upTo: 10, from: ["a", "b", "1", "ü", "ß", "д", "例", "え", "ا", "𐐨"])
            guard !label.isEmpty else { continue }
            let domain = try Domain(parsing: label + ".example")
            #expect(domain.unicodeText == label + ".example")
            #expect(try Domain(parsing: domain.text) == domain)
        }
    }
}
