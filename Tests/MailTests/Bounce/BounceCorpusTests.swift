import Foundation
import Testing

@testable import Mail

/// Published corpora of refusals. The Sisimai reasons are mapped below; a row agrees when our category is one of those
/// that its reason may mean.
@Suite struct BounceCorpusTests {
    /// RFC-minded names of others for our categories.
    private static let kumo: [String: Set<BounceCategory>] = [
        "QuotaIssues": [.mailboxFull], "Uncategorized": [.undetermined], "InactiveMailbox": [.mailboxDisabled],
        "InvalidRecipient": [.userUnknown], "BadDomain": [.hostUnknown],
    ]

    private static let sisimai: [String: Set<BounceCategory>] = [
        "userunknown": [.userUnknown], "hasmoved": [.userMoved], "hostunknown": [.hostUnknown],
        "mailboxfull": [.mailboxFull], "expired": [.expired, .network],
        "filtered": [.recipientRefused, .userUnknown, .mailboxDisabled],
        "rejected": [.senderRejected, .badReputation, .rateLimited],
        "blocked": [.listed, .requiresPTR, .badReputation, .rateLimited], "authfailure": [.authenticationFailed],
        "systemerror": [.systemError, .routing, .protocolError], "requireptr": [.requiresPTR],
        "networkerror": [.network, .routing], "suspend": [.mailboxDisabled], "spamdetected": [.spamContent],
        "policyviolation": [.policy, .notCompliant, .contentRejected], "mailererror": [.systemError],
        "securityerror": [.policy, .credentialsRequired, .virus], "onhold": [.undetermined, .systemError],
        "notaccept": [.takesNoMail], "badreputation": [.badReputation],
        "notcompliantrfc": [.notCompliant, .contentRejected], "norelaying": [.relayingDenied],
        "toomanyconn": [.rateLimited], "speeding": [.rateLimited], "mesgtoobig": [.messageTooBig],
        "exceedlimit": [.messageTooBig], "contenterror": [.contentRejected, .notCompliant],
        "virusdetected": [.virus], "undefined": [.undetermined], "systemfull": [.systemFull],
        "syntaxerror": [.protocolError], "failedstarttls": [.tlsRequired],
    ]

    @Test func kumoCorpus() throws {
        guard let rows = Conformance.json("bounces/kumomta/iana-corpus.json") as? [[String: String]] else { return }
        var agreed = 0
        for row in rows {
            let line = try #require(row["line"])
            let code = try #require(UInt16(line.prefix(3)))
            let reply = Reply(code: code, lines: [Array(line.utf8.dropFirst(4))])
            let found = BounceRules.shipped.verdict(on: reply)
            let name = try #require(row["class"])
            let expected = try #require(Self.kumo[name])
            #expect(expected.contains(found.category), "\(line): \(found)")
            if expected.contains(found.category) { agreed += 1 }
        }
        #expect(rows.count == 7)
        Conformance.report("bounces/kumomta classes", cases: rows.count, deviations: rows.count - agreed)
    }

    /// Class at least 80 in 100, hard or not at least 90 in 100 (the corpus' README). Rows on which Sisimai's own
    /// versions disagree are left out, as are those that are no bounce at all.
    @Test func sisimaiCorpus() throws {
        let root = Conformance.root.appending(path: "bounces/sisimai")
        guard Conformance.file("bounces/sisimai/EXPECTED.tsv") != nil else { return }
        let output = try PythonOracle.run(Self.extraction, input: ["root": root.path])
        guard let rows = output as? [[String: String]] else { return }
        var cases = 0
        var sameClass = 0
        var wrongClass: Set<String> = []
        var wrongHardness: Set<String> = []
        var sameHardness = 0
        for row in rows {
            let reason = try #require(row["reason"])
            if ["feedback", "delivered", "vacation"].contains(reason) { continue }
            cases += 1
            let name = "\(row["file"] ?? "") \(row["index"] ?? "")"
            let status = EnhancedStatus(row["status"] ?? "")
            let known = status?.subject == 0 && status?.detail == 0 ? nil : status
            let text = try #require(row["text"])
            var found = BounceRules.shipped.verdict(
                code: UInt16(row["code"] ?? ""), enhanced: known, text: text.utf8Span.span, host: row["host"] ?? "")
            // A status of Sisimai's own tells its first digit alone.
            if row["code"] == "", status?.severity == 4, found.kind == .hard { found.kind = .soft }
            let categories = try #require(Self.sisimai[reason], "\(reason) is not mapped")
            if categories.contains(found.category) { sameClass += 1 } else { wrongClass.insert("\(name) \(reason)") }
            if (found.kind == .hard) == (row["hard"] == "true") {
                sameHardness += 1
            } else {
                wrongHardness.insert("\(name) \(reason)")
            }
        }
        #expect(cases == 291)
        #expect(wrongClass == Set(SisimaiDeviations.category.keys))
        #expect(wrongHardness == Set(SisimaiDeviations.hardness.keys))
        #expect(sameClass * 100 >= cases * 80)
        #expect(sameHardness * 100 >= cases * 90)
        Conformance.report("bounces/sisimai class", cases: cases, deviations: cases - sameClass)
        Conformance.report("bounces/sisimai hardness", cases: cases, deviations: cases - sameHardness)
    }
}
