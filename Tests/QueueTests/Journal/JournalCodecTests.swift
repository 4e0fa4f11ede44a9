import Mail
import Testing

@testable import Queue

@Suite struct JournalCodecTests {
    @Test func `CRC-32C agrees with RFC 3720 appendix B_4`() {
        #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.of(Array(0..<32)) == 0x46DD_794E)
        #expect(CRC32C.of(Array((0..<32).reversed())) == 0x113F_DB5C)
        #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func `a checksum made in pieces is the checksum of the whole`() {
        let bytes = JournalSample.bytes(100, 3)
        for cut in 0...100 {
            var crc = CRC32C()
            crc.update(Array(bytes[..<cut]))
            crc.update(Array(bytes[cut...]))
            #expect(crc.value == CRC32C.of(bytes))
        }
        var words = CRC32C()
        words.update(word: 0x0807_0605_0403_0201)
        #expect(words.value == CRC32C.of(Array(1...8)))
    }

    @Test func `a header is one only at its place in its journal`() {
        let seed = RecordHeader.seed(JournalSample.tenant)
        let header = RecordHeader(
            kind: .accepted, beginsGroup: true, headLength: 300, headCRC: 0xDEAD_BEEF, contentLength: 5_000,
            contentCRC: 0x1234_5678)
        let words = header.encode(at: 77, seed: seed)
        #expect(RecordHeader.decode(words, at: 77, seed: seed) == header)
        #expect(RecordHeader.decode(words, at: 78, seed: seed) == nil)
        #expect(RecordHeader.decode(words, at: 77, seed: RecordHeader.seed(UUIDv7(high: 1, low: 2))) == nil)
        for bit in 0..<64 {
            #expect(RecordHeader.decode((words.0 ^ (1 << UInt64(bit)), words.1, words.2), at: 77, seed: seed) == nil)
            #expect(RecordHeader.decode((words.0, words.1 ^ (1 << UInt64(bit)), words.2), at: 77, seed: seed) == nil)
            #expect(RecordHeader.decode((words.0, words.1, words.2 ^ (1 << UInt64(bit))), at: 77, seed: seed) == nil)
        }
        #expect(RecordHeader.decode((0, 0, 0), at: 77, seed: seed) == nil)
    }

    @Test func `messages come back as they were`() throws {
        var generator = JournalDice(state: 1)
        for _ in 0..<500 {
            let message = Self.randomMessage(&generator)
            var encoder = RecordEncoder()
            let summaryLength = AcceptedCodec.encode(message, into: &encoder)
            var decoder = RecordDecoder(encoder.bytes)
            let (decoded, added) = try AcceptedCodec.decode(&decoder)
            try decoder.finish()
            #expect(added == message.content.added.count)
            #expect(decoded.id == message.id)
            #expect(decoded.facts.envelope == message.facts.envelope)
            #expect(String(describing: decoded.facts) == String(describing: message.facts))
            var summary = RecordDecoder(encoder.bytes)
            _ = try Summary(from: &summary)
            #expect(summary.position == summaryLength)
        }
    }

    @Test func `notes come back as they were`() throws {
        var generator = JournalDice(state: 2)
        for _ in 0..<500 {
            let note = Self.randomNote(&generator)
            var encoder = RecordEncoder()
            NoteCodec.encode(note, into: &encoder)
            let decoded = try NoteCodec.decode(note.kind, encoder.bytes)
            #expect(String(describing: decoded) == String(describing: note))
        }
    }

    @Test func `an operator's words are cut to their bound, between characters`() throws {
        for count in 1_000...1_030 {
            let words = String(repeating: "x", count: count % 4) + String(repeating: "\u{1F4E7}", count: count / 4)
            let message = JournalSample.message(1)
            let note = JournalNote.bounced(
                message: message.id, number: 7, tenant: message.tenant, at: message.at, recipients: [0, 1 << 31],
                by: words, reason: words)
            var encoder = RecordEncoder()
            NoteCodec.encode(note, into: &encoder)
            guard
                case .bounced(message.id, 7, message.tenant, message.at, let recipients, let by, let reason) =
                    try NoteCodec.decode(.bounced, encoder.bytes)
            else {
                Issue.record("another note")
                return
            }
            #expect(recipients == [0, 1 << 31])
            #expect(words.hasPrefix(by) && by.utf8.count <= 256 && by.utf8.count > 252)
            #expect(words.hasPrefix(reason) && reason.utf8.count <= 1_024)
            #expect(reason.utf8.count == words.utf8.count || reason.utf8.count > 1_020)
        }
    }

    @Test func `an accepted record of a program without campaigns in the summary is read`() throws {
        var message = JournalSample.message(1)
        let campaign = UUIDv7(high: 5, low: 6)
        // As it was written until issue 4: summary, notice, flags with the campaign's bit, the campaign in its place.
        var old = RecordEncoder()
        Summary.encode(message, into: &old)
        let length = old.count
        var new = RecordEncoder()
        _ = AcceptedCodec.encode(message, into: &new)
        let rest = Array(new.bytes[length...])
        var sender = RecordEncoder()
        AcceptedCodec.put(JournalSample.mailbox("sender@example.org"), into: &sender)
        // `added` takes one byte, then come notice and flags.
        let head = old.bytes + rest[..<2] + [rest[2] | 16] + sender.bytes
        var id = RecordEncoder()
        id.put(campaign)
        var decoder = RecordDecoder(head + id.bytes + rest[(3 + sender.count)...])
        let found = try AcceptedCodec.decode(&decoder).message
        try decoder.finish()
        message.facts.campaign = campaign
        #expect(String(describing: found.facts) == String(describing: message.facts))

        var present = RecordEncoder()
        let summaryLength = AcceptedCodec.encode(message, into: &present)
        var summary = RecordDecoder(present.bytes, in: 0..<summaryLength)
        #expect(try Summary(from: &summary).campaign == campaign)
        #expect(present.bytes[0] == Summary.campaignVersion && old.bytes[0] == Summary.version)
    }

    /// Whatever the bytes, the decoders return or throw; they never trap, loop or reserve memory for counts that lie.
    @Test func `damaged bytes are refused and never trap`() throws {
        var generator = JournalDice(state: 3)
        var refused = 0
        var accepted = 0
        for round in 0..<3_000 {
            var encoder = RecordEncoder()
            let kind: RecordKind
            if round % 2 == 0 {
                _ = AcceptedCodec.encode(Self.randomMessage(&generator), into: &encoder)
                kind = .accepted
            } else {
                let note = Self.randomNote(&generator)
                NoteCodec.encode(note, into: &encoder)
                kind = note.kind
            }
            var bytes = encoder.bytes
            switch round % 4 {
            case 0, 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
            default:
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            do {
                try Self.decodeAll(kind, bytes)
                accepted += 1
            } catch {
                refused += 1
                if round % 4 < 2 { #expect(error != .version(0)) }
            }
        }
        #expect(refused > 1_500)
        print("journal codec fuzz: \(refused) damaged heads refused, \(accepted) still well-formed")
    }

    private static func readIndex(_ bytes: [UInt8]) throws(CodecFailure) {
        var reader = try SegmentIndex.Reader(bytes)
        while try reader.nextEffect() != nil {}
        while try reader.nextEntry() != nil {}
    }

    private static func decodeAll(_ kind: RecordKind, _ bytes: [UInt8]) throws(CodecFailure) {
        if kind == .accepted {
            var decoder = RecordDecoder(bytes)
            _ = try AcceptedCodec.decode(&decoder)
            try decoder.finish()
        } else {
            _ = try NoteCodec.decode(kind, bytes)
        }
    }

    @Test func `random bytes are refused by every decoder`() {
        var generator = JournalDice(state: 4)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...200, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if Bool.random(using: &generator), count > 0 { bytes[0] = 1 }
            for kind in RecordKind.allCases { try? Self.decodeAll(kind, bytes) }
            _ = try? SettledCodec.decode(bytes)
            var restated = RecordDecoder(bytes)
            _ = try? RestatedCodec.decode(&restated)
            try? Self.readIndex(bytes)
            _ = ConsumerOffsets.decode(bytes)
            _ = try? SegmentHeader.decode(bytes)
        }
    }

    @Test func `a count that lies reserves no memory`() {
        var encoder = RecordEncoder()
        encoder.put(1)
        encoder.put(varint: UInt64.max >> 1)
        #expect(throws: CodecFailure.badValue) { try SettledCodec.decode(encoder.bytes) }
        var large = RecordDecoder([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        #expect(throws: CodecFailure.badValue) { try large.varint() }
    }

    @Test func `the segment header refuses what it must`() throws {
        let header = SegmentHeader(journal: JournalSample.tenant, first: 4_711, eventsBefore: 4_000)
        let bytes = header.encode()
        #expect(bytes.count == SegmentHeader.size)
        #expect(try SegmentHeader.decode(bytes) == header)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x40
            #expect(throws: SegmentHeader.Failure.self) { try SegmentHeader.decode(damaged) }
        }
        #expect(throws: SegmentHeader.Failure.unborn) { try SegmentHeader.decode([UInt8](repeating: 0, count: 64)) }
        var newer = bytes
        newer[8] = UInt8(SegmentHeader.version) + 1
        #expect(throws: SegmentHeader.Failure.version(SegmentHeader.version + 1)) { try SegmentHeader.decode(newer) }
        #expect(SegmentHeader.first(inFileName: SegmentHeader.fileName(0xABCDEF)) == 0xABCDEF)
        #expect(SegmentHeader.first(inFileName: "consumers") == nil)
    }
}

extension JournalCodecTests {
    static func text(_ generator: inout JournalDice) -> String {
        let scalars = "abc \"<>@.-ünïcödé\u{1F4E7}\t=/"
        return String(
            (0..<Int.random(in: 0...20, using: &generator)).map { _ in scalars.randomElement(using: &generator)! })
    }

    static func mailbox(_ generator: inout JournalDice) -> Mailbox {
        let domain = ["example.org", "example.net", "[192.0.2.1]", "xn--bcher-kva.example"]
        return Mailbox(
            localPart: text(&generator), domain: Domain(canonical: domain.randomElement(using: &generator)!))
    }

    static func maybe<T>(_ generator: inout JournalDice, _ value: (inout JournalDice) -> T) -> T? {
        Bool.random(using: &generator) ? value(&generator) : nil
    }

    static func time(_ generator: inout JournalDice) -> WallTime {
        WallTime(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &generator))
    }

    static func tls(_ generator: inout JournalDice) -> TLSFacts {
        TLSFacts(
            version: "TLSv1.3", cipher: text(&generator),
            verification: [.notRequested, .verified, .failed].randomElement(using: &generator)!)
    }

    static func randomMessage(_ generator: inout JournalDice) -> AcceptedMessage {
        let recipients = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
            Recipient(
                mailbox(&generator),
                notify: maybe(&generator) { DSNNotify(rawValue: UInt8.random(in: 0...7, using: &$0)) },
                originalRecipient: maybe(&generator) { text(&$0) })
        }
        let origins: [Origin] = [
            .api(clientAddress: text(&generator)), .notification,
            .smtp(
                SMTPOrigin(
                    helo: text(&generator), isESMTP: Bool.random(using: &generator), clientAddress: text(&generator),
                    user: maybe(&generator) { text(&$0) }, tls: maybe(&generator) { tls(&$0) },
                    needsSMTPUTF8: Bool.random(using: &generator))),
        ]
        let at = time(&generator)
        let facts = QueuedMessage(
            envelope: Envelope(
                sender: maybe(&generator) { mailbox(&$0) }, recipients: recipients,
                is8Bit: Bool.random(using: &generator), needsSMTPUTF8: Bool.random(using: &generator),
                returnOption: maybe(&generator) { Bool.random(using: &$0) ? .full : .headers },
                envelopeID: maybe(&generator) { text(&$0) }),
            stream: Bool.random(using: &generator) ? .transactional : .broadcast,
            origin: origins.randomElement(using: &generator)!,
            failureNotice: Bool.random(using: &generator) ? .sender : .eventOnly,
            isTest: Bool.random(using: &generator), size: Int.random(in: 0...1_000_000, using: &generator),
            messageID: text(&generator), headerFrom: text(&generator), headerTo: text(&generator),
            subject: text(&generator), notBefore: maybe(&generator) { time(&$0) },
            campaign: maybe(&generator) { UUIDv7(at: time(&$0)) },
            tags: (0..<Int.random(in: 0...3, using: &generator)).map { _ in text(&generator) },
            metadata: (0..<Int.random(in: 0...3, using: &generator)).map { _ in (text(&generator), text(&generator)) })
        return AcceptedMessage(
            id: UUIDv7(at: at), tenant: UUIDv7(at: at), at: at, facts: facts,
            content: Content(added: JournalSample.bytes(Int.random(in: 0...50, using: &generator), 1), original: []))
    }

    static func randomNote(_ generator: inout JournalDice) -> JournalNote {
        let at = time(&generator)
        let number = UInt64.random(in: 0...UInt64.max, using: &generator)
        if Int.random(in: 0..<5, using: &generator) == 0 {
            return .bounced(
                message: UUIDv7(at: at), number: number, tenant: UUIDv7(at: at), at: at,
                recipients: (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                    UInt32.random(in: 0...UInt32.max, using: &generator)
                }, by: text(&generator), reason: text(&generator))
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            return .cancelled(
                message: UUIDv7(at: at), number: number, tenant: UUIDv7(at: at), at: at,
                recipients: (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                    UInt32.random(in: 0...UInt32.max, using: &generator)
                })
        }
        let verdicts: [Verdict] = [
            .delivered, .deferred(DeferralReason.allCases.randomElement(using: &generator)!),
            .bounced(BounceReason.allCases.randomElement(using: &generator)!),
        ]
        let outcome = Outcome(
            verdicts.randomElement(using: &generator)!,
            reply: maybe(&generator) {
                Reply(
                    code: UInt16.random(in: 200...599, using: &$0),
                    enhanced: maybe(&$0) {
                        EnhancedStatus(
                            5, UInt16.random(in: 0...999, using: &$0), UInt16.random(in: 0...999, using: &$0))
                    }, text: text(&$0))
            },
            host: maybe(&generator) { RemoteHost(name: text(&$0), address: text(&$0)) },
            tls: maybe(&generator) { tls(&$0) },
            elapsed: .microseconds(Int.random(in: 0...1_000_000_000, using: &generator)))
        return .attempted(
            message: UUIDv7(at: at), number: number, tenant: UUIDv7(at: at), at: at,
            Attempt(
                recipient: UInt32.random(in: 0...UInt32.max, using: &generator), mailbox: mailbox(&generator),
                number: Int.random(in: 1...100, using: &generator), outcome: outcome,
                nextAttempt: maybe(&generator) { time(&$0) }))
    }
}
