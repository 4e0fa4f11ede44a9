import Mail
import Testing

/// Dominic Sayers' isemail: its categories say what an address is as an SMTP mailbox.
@Suite struct IsEmailConformanceTests {
    /// What the suite calls deprecated and we take, with the reason.
    static let deviations: [String: String] = [
        "71": "RFC 4291 §2.2 lets :: stand for one group; RFC 5321 §4.1.3 merely wants it not to be written so"
    ]

    @Test func acceptsWhatIsValidForSMTPAndRefusesTheRest() throws {
        guard let xml = Conformance.text("smtp/isemail/test/tests.xml") else { return }
        var cases = 0
        var deviating: Set<String> = []
        for test in xml.components(between: "<test id=\"", and: "</test>") {
            let id = String(test.prefix { $0 != "\"" })
            let category = try #require(test.components(between: "<category>", and: "</category>").first)
            let address = test.components(between: "<address>", and: "</address>").first.map(Self.decode) ?? ""
            // DNSWARN: valid, but the name did not resolve on the day of the test.
            let isValid = ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_RFC5321", "ISEMAIL_DNSWARN"].contains(category)
            let accepted = (try? Mailbox(parsing: address, options: .strict)) != nil
            cases += 1
            if accepted != isValid {
                deviating.insert(id)
                #expect(Self.deviations[id] != nil, "\(id) \(category): \(address.debugDescription)")
            }
        }
        #expect(cases == 164)
        #expect(deviating == Set(Self.deviations.keys), "a listed deviation is none any more")
        Conformance.report("smtp/isemail", cases: cases, deviations: deviating.count)
    }

    /// XML entities, and U+2400...U+241F for the control characters that XML cannot hold.
    private static func decode(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "&", let end = rest.firstIndex(of: ";") else {
                scalars.append(unmasked(scalar))
                continue
            }
            let entity = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            let named: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
            if let known = named[entity] {
                scalars.append(known)
            } else if entity.hasPrefix("#x"), let value = UInt32(entity.dropFirst(2), radix: 16),
                let decoded = Unicode.Scalar(value)
            {
                scalars.append(unmasked(decoded))
            }
        }
        return String(scalars)
    }

    private static func unmasked(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        (0x2400...0x241F).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value - 0x2400)) : scalar
    }
}

extension String {
    /// The texts between two markers, in order.
    func components(between open: String, and close: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let start = rest.firstRange(of: open), let end = rest[start.upperBound...].firstRange(of: close) {
            found.append(String(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }
}
