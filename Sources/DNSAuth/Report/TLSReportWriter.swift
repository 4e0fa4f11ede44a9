package import Mail

/// Writes the JSON of a TLS report (RFC 8460 §4.4).
package enum TLSReportWriter {
    package static func json(_ report: TLSReport) -> [UInt8] {
        var out = JSONWriter()
        out.object {
            $0.member("organization-name", report.organization)
            $0.object("date-range") {
                $0.member("start-datetime", report.begin.rfc3339)
                $0.member("end-datetime", report.end.rfc3339)
            }
            $0.member("contact-info", report.contact)
            $0.member("report-id", report.reportID)
            $0.array("policies", report.policies) { json, policy in json.object { write(policy, to: &$0) } }
        }
        return out.bytes
    }

    private static func write(_ policy: TLSReportPolicy, to json: inout JSONWriter) {
        json.object("policy") { json in
            json.member("policy-type", (policy.kind ?? .none).rawValue)
            // RFC 8460 §4.4: with no policy there is neither text nor host.
            if !policy.strings.isEmpty { json.array("policy-string", policy.strings) { $0.string($1) } }
            json.member("policy-domain", policy.domain)
            if !policy.hosts.isEmpty { json.array("mx-host", policy.hosts) { $0.string($1) } }
        }
        json.object("summary") {
            $0.member("total-successful-session-count", policy.successes)
            $0.member("total-failure-session-count", policy.failures)
        }
        guard !policy.details.isEmpty else { return }
        json.array("failure-details", policy.details) { json, detail in
            json.object {
                $0.member("result-type", detail.resultText)
                $0.optional("sending-mta-ip", detail.sendingAddress)
                $0.optional("receiving-mx-hostname", detail.receivingHost)
                $0.optional("receiving-mx-helo", detail.receivingHELO)
                $0.optional("receiving-ip", detail.receivingAddress)
                $0.member("failed-session-count", detail.count)
                $0.optional("additional-information", detail.information)
                $0.optional("failure-reason-code", detail.reasonCode)
            }
        }
    }
}

/// Writes JSON (RFC 8259) a member at a time, in the order of the calls.
private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    mutating func object(_ build: (inout JSONWriter) -> Void) {
        separate()
        nest("{", "}", build)
    }

    mutating func object(_ name: String, _ build: (inout JSONWriter) -> Void) {
        key(name)
        nest("{", "}", build)
    }

    mutating func array<Element>(_ name: String, _ list: [Element], _ build: (inout JSONWriter, Element) -> Void) {
        key(name)
        nest("[", "]") { json in for element in list { build(&json, element) } }
    }

    mutating func member(_ name: String, _ value: String) {
        key(name)
        append(value)
        needsComma = true
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        bytes.append(contentsOf: "\(value)".utf8)
        needsComma = true
    }

    mutating func optional(_ name: String, _ value: String) {
        if !value.isEmpty { member(name, value) }
    }

    /// An element of an array.
    mutating func string(_ value: String) {
        separate()
        append(value)
        needsComma = true
    }

    private mutating func nest(_ open: Character, _ close: Character, _ build: (inout JSONWriter) -> Void) {
        bytes.append(contentsOf: open.utf8)
        needsComma = false
        build(&self)
        bytes.append(contentsOf: close.utf8)
        needsComma = true
    }

    private mutating func key(_ name: String) {
        separate()
        append(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    /// RFC 8259 §7.
    private mutating func append(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
