import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The vectors of mail-auth: records as they are read, addresses, and macros.
@Suite struct SPFVectorTests {
    private static let name = "spf/mail-auth-vectors"

    @Test func recordsAndAddresses() throws {
        guard let folder = Conformance.folder(Self.name), let python = Tool.python(with: "json", for: Self.name) else {
            return
        }
        let deviations = [
            "v=spf1 +mx/11//100 ~a:domain.com/12/123 ?ip6:::1 -ip6:a::b/111 ip6:1080::8:800:68.0.3.1/96 ":
                "reads a/12/123 as two lengths; the second needs two slashes (RFC 7208 §5.3)"
        ]
        let file = folder.appending(path: "spf_parse.json")
        var agree = 0
        let vectors = try SPFVectorRecord.load(file, python: python)
        #expect(vectors.count == 22)
        for vector in vectors {
            let ours = try? SPFVectorRecord(SPFRecord(parsing: vector.record), text: vector.record)
            let expected = SPFVectorRecord(canonical: vector)
            #expect((ours == expected) != (deviations[vector.record] != nil), "\(String(describing: ours)) \(expected)")
            if ours == expected { agree += 1 }
        }
        let json = try #require(try Conformance.json(file) as? [String: Any])
        let cases = try #require(json["cases"] as? [[String: Any]])
        var valid: [String: [String]] = [:]
        for entry in cases {
            guard let test = entry["test"] as? String, test != "parse_spf", let values = entry["values"] as? [Any]
            else {
                continue
            }
            let mechanism = test == "parse_ip4" ? "ip4" : "ip6"
            if let text = values.first as? String {
                let isValid = entry["vars"] as? String == "test"
                if isValid { valid[test, default: []].append(text) }
                let record = try? SPFRecord(parsing: "v=spf1 \(mechanism):\(text)")
                #expect((record != nil) == isValid, "\(mechanism):\(text)")
                if (record != nil) == isValid { agree += 1 }
            } else {
                // `test.to_string()` and `format!("{test} ")`: all of the valid ones again, the second time with
                // a space behind them.
                let rust = try #require((values.first as? [String: Any])?["rs"] as? String)
                let tail = rust.contains("format") ? " " : ""
                let isAll = try #require(valid[test]).allSatisfy {
                    (try? SPFRecord(parsing: "v=spf1 \(mechanism):\($0)\(tail)")) != nil
                }
                #expect(isAll, "\(test) \(rust)")
                if isAll { agree += 1 }
            }
        }
        #expect(cases.count == 63 && agree == cases.count - deviations.count)
        let listed = "\(deviations.count) deviations listed"
        print("conformance \(Self.name) records: \(cases.count) cases, \(agree) agree, \(listed)")
    }

    @Test func macros() throws {
        guard let folder = Conformance.folder(Self.name) else { return }
        let deviations = [
            21:
                "small hexadecimal digits in %{i}; rfc7208-tests v-macro-ip6 has capitals, the DNS sees none",
            24: "escapes in small letters; rfc7208-tests upper-macro has capitals (RFC 3986 §2.1)",
        ]
        let json = try #require(try Conformance.json(folder.appending(path: "spf_macros.json")) as? [String: Any])
        let cases = try #require(json["cases"] as? [[String: Any]])
        var agree = 0
        for (index, entry) in cases.enumerated() {
            let values = try #require(entry["values"] as? [String])
            // The setting of the tests there: the address changes before the last four.
            let client: IPAddress = index < 21 ? .v4(0xC000_0203) : .v6(high: 0x2001_0db8_0000_0000, low: 0xCB01)
            var setting = SPFMacroValues(
                localPart: "strong-bad", senderDomain: "email.example.com", domain: "email.example.com", client: client,
                helo: "....")
            setting.validatedName = "mx.example.org"
            let macro = try SPFMacro(parsing: values[0], as: .explanation)
            let ours = macro.expanded(setting).map { String(decoding: $0, as: UTF8.self) }
            #expect((ours == values[1]) != (deviations[index] != nil), "\(index) \(values[0]): \(ours ?? "-")")
            if ours == values[1] { agree += 1 }
            if deviations[index] != nil { #expect(ours?.lowercased() == values[1].lowercased()) }
        }
        #expect(cases.count == 25 && agree == 23)
        let listed = "\(deviations.count) deviations listed"
        print("conformance \(Self.name) macros: \(cases.count) cases, \(agree) agree, \(listed)")
    }
}

extension SPFVectorRecord {
    /// Their addresses keep the bits behind the prefix and the spelling; ours do not.
    init(canonical other: SPFVectorRecord) {
        self = other
        directives = other.directives.map { text in
            guard text.contains(" ip4 ") || text.contains(" ip6 "), let space = text.lastIndex(of: " "),
                let slash = text.lastIndex(of: "/"), let length = Int(text[text.index(after: slash)...]),
                let address = IPAddress(String(text[text.index(after: space)..<slash])),
                let network = IPNetwork(address, prefixLength: length)
            else { return text }
            return text[...space] + "\(network)"
        }
    }
}
