import Foundation
import Mail
import Testing

@testable import DNSAuth

/// mox's parser tables: what is a key record and a signature, and what is not.
@Suite struct MoxDKIMVectorTests {
    private func cases(_ file: URL) throws -> [(input: String, isGood: Bool, allowsUTF8: Bool)] {
        let parsed = try #require(try Conformance.json(file) as? [String: Any])
        let list = try #require(parsed["cases"] as? [[String: Any]])
        return try list.map { entry in
            let arguments = try #require(entry["args"] as? [Any])
            func go(_ index: Int) -> String { (arguments[index] as? [String: String])?["go"] ?? "" }
            return (try #require(arguments[0] as? String), go(3) == "nil", go(1) == "true")
        }
    }

    @Test func keyRecords() throws {
        guard let folder = Conformance.folder("dkim/mox-vectors") else { return }
        var tally = SuiteTally(
            "dkim/mox-vectors records",
            deviations: [
                "3": "white space behind the last semicolon, which RFC 6376 §3.2 does not have and real records do"
            ])
        for (index, record) in try cases(folder.appending(path: "dkim_txt.json")).enumerated() {
            var failure: SignatureFailure?
            do {
                if try KeyRecord(record.input).parsed() == nil { failure = .malformedKey }
            } catch {
                failure = error
            }
            // mox reads a revoked key as a record, and says so later.
            tally.judge(
                "\(index)", (failure == nil || failure == .revokedKey) == record.isGood,
                "\(record.input): \(failure?.reason ?? "accepted")")
        }
        tally.report(cases: 12)
    }

    @Test func signatureFields() throws {
        guard let folder = Conformance.folder("dkim/mox-vectors") else { return }
        var tally = SuiteTally(
            "dkim/mox-vectors signatures",
            deviations: [
                "2":
                    "UTF-8 in i= where mox was told that the message is no SMTPUTF8: RFC 8616 §5 allows it in the field"
            ])
        for (index, field) in try cases(folder.appending(path: "dkim_sig.json")).enumerated() {
            let content = Content(original: Array(field.input.utf8) + [13, 10])
            let header = ContentHeader(reading: content)
            let places = header.places(of: Array("dkim-signature".utf8), in: content)
            var failure: SignatureFailure?
            do {
                guard let place = places.first else { throw SignatureFailure.malformed }
                _ = try header.withField(place, of: content) { bytes, value throws(SignatureFailure) in
                    try DKIMSignature(bytes.extracting(value))
                }
            } catch {
                failure = error as? SignatureFailure ?? .malformed
            }
            tally.judge(
                "\(index)", (failure == nil) == field.isGood, "\(field.input): \(failure?.reason ?? "accepted")")
        }
        tally.report(cases: 18)
    }
}
