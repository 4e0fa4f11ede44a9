import Foundation
import Mail
import Testing

@testable import DNSAuth

/// mail-auth's tables: canonical forms, body hashes in pieces, and how signatures and key records are read.
@Suite struct MailAuthDKIMVectorTests {
    private struct Vector { var test: String, values: [Any] }

    private func vectors(_ folder: URL, _ name: String) throws -> [Vector] {
        let parsed = try #require(try Conformance.json(folder.appending(path: name)) as? [String: Any])
        let list = try #require(parsed["cases"] as? [[String: Any]])
        return try list.map {
            Vector(test: try #require($0["test"] as? String), values: try #require($0["values"] as? [Any]))
        }
    }

    /// The text of a Rust tuple of string literals, some of them in `concat!`, by position.
    private func strings(_ value: Any) throws -> [String] {
        let source = try #require((value as? [String: String])?["rs"])
        var out: [String] = []
        var current: String?
        var depth = 0
        var rest = source[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                var text = ""
                while let next = rest.popFirst(), next != "\"" {
                    if next != "\\" {
                        text.append(next)
                        continue
                    }
                    let escaped = rest.popFirst()
                    text +=
                        escaped == "r" ? "\r" : escaped == "n" ? "\n" : escaped == "t" ? "\t" : String(escaped ?? " ")
                }
                current = (current ?? "") + text
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 1:
                out.append(current ?? "")
                current = nil
            default: break
            }
        }
        if let current { out.append(current) }
        return out
    }

    /// The canonical fields in front of the first empty line. Upstream takes any line for a field, also one that starts
    /// with white space or has some in its name, which no signature can name (RFC 5322 §3.6.8); the forms are the same.
    private func header(_ text: String, _ form: Canonicalization) -> String {
        var fields: [[UInt8]] = []
        for line in text.components(separatedBy: "\r\n").prefix(while: { !$0.isEmpty }) {
            let bytes = Array((line + "\r\n").utf8)
            if bytes[0].isWhiteSpace, !fields.isEmpty {
                fields[fields.count - 1] += bytes
            } else {
                fields.append(bytes)
            }
        }
        return String(decoding: fields.flatMap { form.headerField($0) }, as: UTF8.self)
    }

    private func form(_ value: Any?) -> Canonicalization? {
        switch (value as? [String: String])?["rs"] {
        case "Canonicalization::Relaxed": .relaxed
        case "Canonicalization::Simple": .simple
        default: nil
        }
    }

    private func digest(_ bytes: [UInt8], _ form: Canonicalization, pieces: Int, length: Int? = nil) -> [UInt8] {
        var out: [UInt8] = []
        var canonicalizer = BodyCanonicalizer(form)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            canonicalizer.update(Array(bytes[start..<min(start + pieces, bytes.count)]).span, into: &out)
        }
        canonicalizer.finish(into: &out)
        return Array(out.prefix(length ?? out.count))
    }

    /// What upstream's loops run over, where a vector names only one of the loop's values.
    private let bodies = [
        " C \r\nD \t E\r\n", "abc\r\n\r\n def \r\n\r\n\r\n", "", "\r\n", "no end", "a\r\n \t \r\nb\r\n",
    ]
    .map { Array($0.utf8) }

    @Test func canonicalForms() throws {
        guard let folder = Conformance.folder("dkim/mail-auth-vectors") else { return }
        var tally = SuiteTally("dkim/mail-auth-vectors canonicalization")
        for (index, vector) in try vectors(folder, "dkim_canonicalize.json").enumerated() {
            tally.judge("\(index)", try agrees(vector), "\(vector)")
        }
        tally.report(cases: 35)
    }

    private func agrees(_ vector: Vector) throws -> Bool {
        let text = vector.values.first as? String
        let form = form(vector.values.first) ?? form(vector.values.last)
        switch vector.test {
        case "dkim_canonicalize":
            if let text, vector.values.count == 3 {
                let end = try #require(text.range(of: "\r\n\r\n"))
                let body = Array(text[end.upperBound...].utf8)
                let wanted = try [strings(vector.values[1]), strings(vector.values[2])]
                // Runs of spaces became one space when the vectors were taken out of their source.
                func narrow(_ text: String) -> String { text.replacing(#/ +/#, with: " ") }
                return zip([Canonicalization.relaxed, .simple], wanted).allSatisfy { form, wanted in
                    [header(text, form), String(decoding: form.body(body), as: UTF8.self)].map(narrow) == wanted
                }
            }
            if let form, let hash = vector.values.last as? String {
                return ["", "\r\n"].allSatisfy { hashText(form.body(Array($0.utf8))) == hash }
            }
            // The names of loop variables, and the two empty bodies of the hashes above.
            if let text { return Canonicalization.relaxed.body(Array(text.utf8)).isEmpty }
            return try #require(form).body(Array("a \r\n".utf8)) == Array((form == .simple ? "a \r\n" : "a\r\n").utf8)
        case "body_hasher_matches_canonical_body":
            let bytes = Array(try #require(text).utf8)
            let form = try #require(form)
            return HashInput.body(of: Content(original: bytes), from: 0, form, .sha256).digest
                == SHA256Digest.of(Reference.body(bytes, form).span)
        case "body_hasher_chunked_matches_single":
            let size = (vector.values.first as? [String: String])?["rs"].flatMap { Int($0) }
            return bodies.allSatisfy { body in
                [form ?? .simple, form ?? .relaxed].allSatisfy { form in
                    (size.map { [$0] } ?? [1, 2, 3, 5, 7, 10]).allSatisfy {
                        digest(body, form, pieces: $0) == Reference.body(body, form)
                    }
                }
            }
        case "body_hasher_length_limit":
            let form = try #require(form)
            return bodies.allSatisfy { body in
                (0...12).allSatisfy { length in
                    let hash = HashInput.body(of: Content(original: body), from: 0, form, .sha256, length: length)
                    return hash.digest == SHA256Digest.of(Array(Reference.body(body, form).prefix(length)).span)
                        && hash.count == Reference.body(body, form).count
                }
            }
        case "body_hasher_split_crlf":
            return bodies.allSatisfy { digest($0, form ?? .simple, pieces: 1) == Reference.body($0, form ?? .simple) }
        default: return false
        }
    }

    @Test func records() throws {
        guard let folder = Conformance.folder("dkim/mail-auth-vectors") else { return }
        var tally = SuiteTally(
            "dkim/mail-auth-vectors parsing",
            deviations: [
                "1": "a= is rsa-sha1 and bh= holds 32 bytes, which cannot be a SHA-1 (RFC 6376 §3.5)",
                "2":
                    "empty tags, empty names in h= and spaces inside of rsa-sha256, which RFC 6376 §3.2 and §3.5 lack",
                "4": "empty tags (RFC 6376 §3.2)",
                "9": "a report record of RFC 6651, which is not implemented",
                "10": "a report record of RFC 6651, which is not implemented",
            ])
        for (index, vector) in try vectors(folder, "dkim_parse.json").enumerated() {
            let text = try #require(vector.values.first as? String)
            let agrees: Bool
            switch vector.test {
            case "dkim_signature_parse":
                let signature = try? DKIMSignature(Array(text.utf8).span)
                agrees =
                    signature.map { "\($0.domain) \($0.selector) \($0.fields) \($0.signedAt ?? 0)" }
                    == "stalw.art default [\"subject\", \"to\", \"from\"] 311923920"
                    && signature?.algorithm == .rsaSHA256 && signature?.bodyLength == nil && signature?.expiresAt == nil
                    && signature?.form == CanonicalizationPair(header: .relaxed, body: .relaxed)
            case "dkim_record_parse":
                let record = try? KeyRecord(text)
                // The flags of a record that restricts nothing.
                agrees =
                    (vector.values.last as? [String: String])?["rs"] == "0" && record?.parsed() != nil
                    && record?.hashes == nil && record?.services == ["*"] && record?.isTesting == false
                    && record?.demandsExactDomain == false
            case "dkim_record_empty_p_is_revoked":
                #expect(throws: SignatureFailure.revokedKey) { try KeyRecord(text) }
                agrees = true
            default: agrees = false
            }
            tally.judge("\(index)", agrees, text)
        }
        tally.report(cases: 11)
    }
}
