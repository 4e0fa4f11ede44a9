import Foundation
import Testing

@testable import Mail

@Suite struct BounceRulesTests {
    private func verdict(_ line: String, host: String = "", by rules: BounceRules = .shipped) -> BounceVerdict {
        let code = UInt16(line.prefix(3)) ?? 0
        return rules.verdict(on: Reply(code: code, lines: [Array(line.utf8.dropFirst(4))]), host: host)
    }

    @Test func whatIsCompiledInIsTheOpenFile() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = try String(contentsOf: root.appending(path: "rules/bounces.rules"), encoding: .utf8)
        #expect(file == BounceRulesText.text + "\n", "run scripts/bounce-rules.sh")
        let rules = try BounceRules(overriding: nil, with: file, file: "bounces.rules")
        #expect(rules == .shipped)
        #expect(rules.count > 90)
        #expect(rules.versions == ["2026-11-21"])
    }

    @Test(arguments: [
        ("550 5.1.1 <a@b.c>: Recipient address rejected: User unknown", "", "hard", "user_unknown"),
        ("550 no such user", "", "hard", "user_unknown"),
        ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "x.outlook.com", "hard", "user_unknown"),
        ("450 4.1.1 user unknown", "", "soft", "user_unknown"),
        ("452 4.2.2 The recipient's inbox is out of storage space", "", "soft", "mailbox_full"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "", "hard", "mailbox_disabled"),
        (
            "550 5.7.26 This mail has been blocked because the sender is unauthenticated", "", "block",
            "authentication_failed"
        ),
        ("550 5.7.1 Service unavailable, Client host [1.2.3.4] blocked using Spamhaus", "", "block", "listed"),
        (
            "421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred due to unexpected volume or user complaints",
            "mta7.am0.yahoodns.net", "block", "bad_reputation"
        ),
        (
            "421 4.7.28 Our system has detected an unusual rate of unsolicited mail", "gmail-smtp-in.l.google.com",
            "block", "rate_limited"
        ),
        ("451 4.7.1 Greylisting in action, please come back in 00:04:59", "", "soft", "greylisted"),
        ("550 5.7.25 no reverse name", "", "block", "requires_ptr"),
        ("530 5.7.0 Must issue a STARTTLS command first", "", "soft", "tls_required"),
        ("552 5.3.4 Message size exceeds fixed limit", "", "soft", "message_too_big"),
        ("554 5.7.1 Relay access denied", "", "soft", "relaying_denied"),
        ("521 5.3.2 we take none", "", "hard", "takes_no_mail"),
        ("554 5.4.14 hop count exceeded - possible mail loop", "", "soft", "routing"),
        ("550 (#5.1.1) sorry", "", "hard", "user_unknown"), ("550 sorry", "", "undetermined", "user_unknown"),
        ("554 sorry", "", "undetermined", "undetermined"),
        ("250 2.1.5 user unknown", "", "undetermined", "undetermined"),
    ])
    func knows(line: String, host: String, kind: String, category: String) {
        let found = verdict(line, host: host)
        #expect(found.kind.rawValue == kind && found.category.rawValue == category, "\(line): \(found)")
    }

    /// A mailbox that somebody named after a reason must not decide what its bounces mean.
    @Test func theAddressDoesNotDecide() {
        #expect(verdict("550 5.1.1 <spamhaus-blacklist@virus.example>: sorry").category == .userUnknown)
        #expect(verdict("554 user.unknown@mailbox.full.example sorry").category == .undetermined)
    }

    /// Reputation, pace and policy are never about the recipient, whatever the code and the rule's place.
    @Test func blocksAreNeverRecipientBounces() {
        for category in [
            BounceCategory.badReputation, .listed, .rateLimited, .authenticationFailed, .requiresPTR, .policy,
            .spamContent, .virus, .contentRejected, .senderRejected,
        ] {
            #expect(category.ordinaryClass == .block)
        }
        for line in ["too many messages", "poor reputation", "listed at zen.spamhaus.org", "rate limit exceeded"] {
            for code in ["550 5.1.1 ", "550 ", "553 5.2.1 ", "421 4.7.0 ", "554 5.7.1 "] {
                #expect(verdict(code + line).kind == .block, "\(code)\(line)")
            }
        }
    }

    @Test func theOperatorsFileDecidesFirst() throws {
        let own = try BounceRules(
            with: """
                # ours
                version mine 7
                policy soft provider=example.net code=55x enhanced=x.1.1
                    user unknown
                listed soft
                    purple * cow | " odd"
                """, file: "own.rules")
        #expect(own.versions == ["mine 7", "2026-11-21"])
        #expect(verdict("550 5.1.1 User Unknown", host: "mx.EXAMPLE.net.", by: own).category == .policy)
        #expect(verdict("550 5.1.1 User Unknown", host: "mx.example.net", by: own).rule == "own.rules:3")
        #expect(verdict("550 5.1.1 User Unknown", host: "mxexample.net", by: own).category == .userUnknown)
        #expect(verdict("550 5.1.0 User Unknown", host: "mx.example.net", by: own).category == .userUnknown)
        #expect(verdict("554 a PURPLE and fat  cow", by: own).category == .listed)
        #expect(verdict("554 a purple \(String(repeating: "x", count: 60)) cow", by: own).category == .undetermined)
        #expect(verdict("554 odd", by: own).category == .listed)
        #expect(verdict("554 xodd", by: own).category == .undetermined)
    }

    @Test(arguments: [
        ("nonsense code=550", 1), ("\nlisted sour", 2), ("listed code=250", 1), ("listed code=5x", 1),
        ("listed enhanced=3.1.1", 1), ("listed enhanced=5.1", 1), ("listed enhanced=5.1.1000", 1),
        ("listed provider=", 1), ("listed when=now", 1), ("   too early", 1), ("listed code=550\n  abc", 2),
        ("listed code=550\n  * abcd", 2), ("listed code=550\n  abcd | ", 2), ("listed\n# nothing\nvirus\n   virus", 3),
        ("listed provider=a.test", 1), ("listed hard soft code=550", 1),
        ("listed code=550\r\n  \(String(repeating: "x", count: 201))", 2),
        ("bad_reputation hard code=550", 1), ("# a\nrate_limited code=550 hard", 2), ("spam_content hard code=5xx", 1),
    ])
    func refusesWithTheLine(text: String, line: Int) {
        do {
            _ = try BounceRules(with: text, file: "f")
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.line == line, "\(error)")
            #expect(error.description.hasPrefix("f:\(line): "))
        }
    }

    @Test func anyBytesHaveAVerdict() {
        var generator = SeededGenerator(seed: 8)
        let alphabet = Array("550 5.1.1 user unknown @<>#().*quota exceeded\n\t".utf8)
        var kinds: Set<BounceClass> = []
        for _ in 0..<3_000 {
            let text = generator.bytes(upTo: 300, from: alphabet)
            let code = UInt16.random(in: 0...999, using: &generator)
            let found = BounceRules.shipped.verdict(code: code, enhanced: nil, text: text.span, host: "mx.test")
            if code / 100 == 4 { #expect(found.kind != .hard) }
            if code / 100 != 4, code / 100 != 5 { #expect(found == BounceVerdict(.undetermined)) }
            kinds.insert(found.kind)
        }
        #expect(kinds.count > 1)
    }

    @Test func anyTextIsRulesOrAFailure() {
        var generator = SeededGenerator(seed: 9)
        let alphabet = Array("listed hard code=550,55x\n  word here | * \"odd\" enhanced=x.1.1\r provider=a".utf8)
        var taken = 0
        for _ in 0..<2_000 {
            let text = String(decoding: generator.bytes(upTo: 80, from: alphabet), as: UTF8.self)
            if (try? BounceRules(with: text, file: "f")) != nil { taken += 1 }
        }
        #expect(taken > 0 && taken < 2_000)
    }

    @Test func whatWeKnowOurselvesNeedsNoRule() {
        let expected: [(Verdict, BounceClass, BounceCategory)] = [
            (.bounced(.noSuchDomain), .hard, .hostUnknown), (.bounced(.nullMX), .hard, .takesNoMail),
            (.bounced(.noMailHost), .hard, .takesNoMail), (.bounced(.expired), .soft, .expired),
            (.bounced(.tooLarge), .soft, .messageTooBig), (.bounced(.cancelled), .undetermined, .cancelled),
            (.bounced(.policy), .undetermined, .forbidden), (.bounced(.remoteReply), .undetermined, .undetermined),
            (.deferred(.connectionRefused), .soft, .network), (.deferred(.tlsPolicyNotMet), .soft, .tlsRequired),
            (.deferred(.remoteReply), .soft, .undetermined),
        ]
        for (outcome, kind, category) in expected {
            #expect(BounceRules.shipped.verdict(on: Outcome(outcome)) == BounceVerdict(category, kind))
        }
        #expect(BounceRules.shipped.verdict(on: Outcome(.delivered)) == nil)
        for reason in DeferralReason.allCases {
            #expect(BounceRules.shipped.verdict(on: Outcome(.deferred(reason)))?.kind != .hard)
        }
    }

    /// Whatever our own rules, caps and suspensions end is no mark against an address.
    @Test func whatWeDecidedOurselvesIsNoRecipientBounce() {
        let rules = BounceRules.shipped
        for text in [
            "450 4.1.1 user unknown", "452 4.2.2 mailbox full", "421 4.7.28 unusual rate of mail", "451 sorry",
            "550 5.1.1 no such user", "550 5.7.1 listed at zen.spamhaus.org",
        ] {
            let reply = Reply(code: UInt16(text.prefix(3)) ?? 0, lines: [Array(text.utf8.dropFirst(4))])
            let given = rules.verdict(on: .policy, reply: reply, host: "mx.google.com")
            let said = rules.verdict(on: reply, host: "mx.google.com")
            #expect(given.kind == .block || given.kind == .undetermined, "\(text)")
            #expect((given.kind == .block) == (said.kind == .block) && given.category == said.category, "\(text)")
        }
        let untried = Outcome(.bounced(.expired))
        #expect(rules.verdict(on: untried, attempts: 0) == BounceVerdict(.expired, .undetermined))
        #expect(rules.verdict(on: untried, attempts: 3) == BounceVerdict(.expired, .soft))
    }

    /// No rule of ours, and none that an operator can write, makes hard what is about the sender.
    @Test func noCategoryOfTheSenderIsEverHard() throws {
        for category in BounceCategory.allCases where category.isAboutSender {
            #expect(category.ordinaryClass != .hard)
            #expect(throws: BounceRulesFailure.self) {
                try BounceRules(with: "\(category.rawValue) hard code=550", file: "f")
            }
        }
        for category in BounceCategory.allCases where category.ordinaryClass == .hard {
            #expect(!category.isAboutSender)
        }
    }
}
