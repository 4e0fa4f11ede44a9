import Foundation
import Mail
import Testing

@testable import Service

/// The text that is pasted into a zone, judged by the programs that read zones.
@Suite struct DomainZoneTests {
    private static let shop = Domain(canonical: "shop.example")

    private static let records = [
        DNSRecordAdvice(
            purpose: .dkim, type: "TXT", name: "mt202601r._domainkey.shop.example",
            value: "v=DKIM1; k=rsa; p=" + String(repeating: "MIIBIjANBgkqhkiG9w0B", count: 20), status: .missing,
            note: "New key: it signs as soon as this record is seen."),
        DNSRecordAdvice(purpose: .spf, type: "TXT", name: "shop.example", value: "v=spf1 a:mx.martlet.example mx ~all"),
        DNSRecordAdvice(
            purpose: .dmarc, type: "TXT", name: "_dmarc.shop.example", value: #"a"b\c;(d) é"#, status: .ok),
        DNSRecordAdvice(
            purpose: .returnPath, type: "CNAME", name: "bounces.shop.example", value: "mx.martlet.example"),
        DNSRecordAdvice(purpose: .tracking, type: "CNAME", name: "track.shop.example", value: "mx.martlet.example"),
    ]

    @Test func `The text is laid out for people and for programs`() {
        let text = ZoneText.of(Self.records, for: Self.shop)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == "$ORIGIN shop.example." && lines[2] == "$TTL 3600" && text.hasSuffix(".\n"))
        #expect(lines.contains("; DKIM: a key that signatures are checked with (now: missing)"))
        #expect(lines.contains("; New key: it signs as soon as this record is seen."))
        #expect(lines.contains("@\tIN\tTXT\t\"v=spf1 a:mx.martlet.example mx ~all\""))
        #expect(lines.contains("_dmarc\tIN\tTXT\t" + #""a\"b\\c;(d) \195\169""#))
        #expect(lines.contains("bounces\tIN\tCNAME\tmx.martlet.example."))
        let foreign = DNSRecordAdvice(purpose: .spf, type: "TXT", name: "other.example", value: "")
        #expect(ZoneText.of([foreign], for: Self.shop).contains("\nother.example.\tIN\tTXT\t\"\"\n"))
    }

    @Test(arguments: [0, 1, 254, 255, 256, 510, 511])
    func `Strings are split at 255 bytes and join to the text`(_ count: Int) {
        let text = String(repeating: "\"", count: count)
        let zone = ZoneText.strings(text)
        let strings = zone.components(separatedBy: "\" \"")
        #expect(strings.count == max((count + 254) / 255, 1))
        #expect(zone.filter { $0 == "\\" }.count == count)
    }

    /// A whole zone: what is pasted brings no SOA and NS.
    private static func zone() -> String {
        """
        shop.example. 3600 IN SOA ns.shop.example. hostmaster.shop.example. 1 3600 600 86400 300
        shop.example. 3600 IN NS ns.elsewhere.example.

        """ + ZoneText.of(records, for: shop)
    }

    @Test func `nsd takes the text`() throws {
        let checker = "/usr/sbin/nsd-checkzone"
        guard FileManager.default.isExecutableFile(atPath: checker) else {
            print("SKIPPED: nsd takes the text: needs nsd-checkzone")
            return
        }
        let result = try Self.run(checker, ["shop.example"])
        #expect(result.status == 0 && result.output.contains("zone shop.example is ok"), "\(result)")
    }

    @Test func `ldns reads back what was meant`() throws {
        let reader = "/usr/bin/ldns-read-zone"
        guard FileManager.default.isExecutableFile(atPath: reader) else {
            print("SKIPPED: ldns reads back what was meant: needs ldns-read-zone")
            return
        }
        let result = try Self.run(reader, ["-c"])
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 4) }
        #expect(lines.count == 7)
        for record in Self.records {
            let line = lines.first { $0.count == 5 && $0[0].lowercased() == "\(record.name)." && $0[3] == record.type }
            let data = line.map { String($0[4]) } ?? "nothing"
            if record.type == "CNAME" {
                #expect(data == "\(record.value).")
            } else {
                #expect(Self.joined(data) == Array(record.value.utf8), "\(data)")
            }
        }
    }

    /// The bytes of quoted strings as ldns prints them.
    private static func joined(_ data: String) -> [UInt8] {
        var out: [UInt8] = []
        let bytes = Array(data.utf8)
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                // Between two strings stands a blank.
                if at < bytes.count, bytes[at] == 0x20, out.count % 255 == 0 { at += 1 }
            case UInt8(ascii: "\\"):
                if at + 3 < bytes.count, let number = UInt8(String(decoding: bytes[at + 1...at + 3], as: UTF8.self)) {
                    out.append(number)
                    at += 4
                } else {
                    out.append(bytes[at + 1])
                    at += 2
                }
            default:
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }

    private static func run(
        _ path: String, _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString).zone")
        try zone().write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments + [file.path]
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
