import Foundation
import Mail
import Testing

@testable import MTA

@Suite struct DotStufferTests {
    static func wire(_ pieces: [[UInt8]]) -> [UInt8] {
        var stuffer = DotStuffer()
        var out = Bytes()
        for piece in pieces { stuffer.stuff(piece.span, into: &out) }
        stuffer.finish(into: &out)
        return out.copy()
    }

    static func wire(_ text: String) -> String { String(decoding: wire([Array(text.utf8)]), as: UTF8.self) }

    @Test(arguments: [
        ("", ".\r\n"),
        ("a\r\n", "a\r\n.\r\n"),
        ("a", "a\r\n.\r\n"),
        ("a\r", "a\r\n.\r\n"),
        ("a\n", "a\r\n.\r\n"),
        (".\r\n", "..\r\n.\r\n"),
        ("..a\r\n", "...a\r\n.\r\n"),
        ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"),
        ("a.\r\n", "a.\r\n.\r\n"),
        ("\r\n\r\n", "\r\n\r\n.\r\n"),
        ("a\u{0}b\r\n", "a\u{0}b\r\n.\r\n"),
        ("a\r\n\u{0}.\r\n", "a\r\n..\r\n.\r\n"),
        ("a\r\n\u{0}\u{0}b\r\n\u{0}", "a\r\n\u{0}\u{0}b\r\n\u{0}\r\n.\r\n"),
    ])
    func stuffs(_ content: String, _ expected: String) {
        #expect(Self.wire(content) == expected)
    }

    /// What RFC 5321 §4.5.2 has the receiver do, after the line ends were made CRLF: the other way round by other
    /// means.
    private static func received(_ wire: [UInt8]) -> [UInt8]? {
        let text = String(decoding: wire, as: UTF8.self).unicodeScalars.map { $0 }
        var lines: [[Unicode.Scalar]] = [[]]
        var index = 0
        while index < text.count {
            if text[index] == "\r", index + 1 < text.count, text[index + 1] == "\n" {
                lines.append([])
                index += 2
            } else {
                lines[lines.count - 1].append(text[index])
                index += 1
            }
        }
        guard let end = lines.firstIndex(of: ["."]), end == lines.count - 2, lines.last == [] else { return nil }
        let content = lines[..<end].map { $0.first == "." ? Array($0.dropFirst()) : $0 }
        var out = String.UnicodeScalarView()
        for line in content { out += line + ["\r", "\n"] }
        return Array(String(out).utf8)
    }

    private static func normalised(_ content: [UInt8]) -> [UInt8] {
        var text = String(decoding: content, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        text = text.replacingOccurrences(of: "\r", with: "\n")
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        return Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
    }

    @Test func whatIsReceivedIsTheContent() {
        var generator = SplitMix(seed: 11)
        let alphabet = Array("..\r\n\r\nab".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let whole = Self.wire([bytes])
            #expect(Self.received(whole) == Self.normalised(bytes))
            // However it is cut.
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            #expect(Self.wire([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
            // What the scan lets through untouched is what the stuffer would have written.
            if ContentScan.isPlain([bytes]) { #expect(whole == bytes + Array(".\r\n".utf8)) }
            #expect(ContentScan.isPlain([bytes]) == ContentScan.isPlain([Array(bytes[..<cut]), Array(bytes[cut...])]))
        }
    }

    @Test(arguments: [
        ("", true), ("a\r\n", true), ("a.\r\n.b", false), ("a\r\n.b\r\n", false), (".a\r\n", false), ("a", false),
        ("a\n", false), ("a\r", false), ("a\rb\r\n", false), ("a\r\r\n", false), ("a\n\r\n", false), ("\r\n", true),
        ("a\r\n\u{0}b\r\n", false), ("a\u{0}b\r\n", true), ("\n", false), ("\r", false),
    ])
    func knowsWhatIsPlain(_ content: String, _ isPlain: Bool) {
        #expect(ContentScan.isPlain([Array(content.utf8)]) == isPlain)
        #expect(ContentScan.isPlain(content.utf8.map { [$0] }) == isPlain)
    }

    /// Outward smuggling: no published end-of-data sequence leaves inside the content, wherever it stands in it.
    @Test func lettsNoSmuggledEndOut() throws {
        guard let json = ClientVectors.load("smtp/smuggling/eod-sequences.json") else { return }
        let sequences = try #require(json["sequences"] as? [[String: Any]]).compactMap { $0["bytes_hex"] as? String }
        let ends = sequences.map(Self.bytes(hex:)) + [Array("\r\n.\r\n".utf8)]
        var checked = 0
        for end in ends {
            for frame in [
                ("a", "MAIL FROM:<x@y>\r\n"), ("a\r\n", "b\r\n"), ("a\r", "\nb"), ("", ""), ("a\n", "\r\n.\r\nb"),
            ] {
                let content = Array(frame.0.utf8) + end + Array(frame.1.utf8)
                let wire = Self.wire([content])
                #expect(!ContentScan.isPlain([content]))
                // All but the end that we put there ourselves.
                let inside = Array(wire.dropLast(3))
                for forbidden in ends {
                    #expect(!Self.contains(inside, forbidden), "\(forbidden) from \(content)")
                }
                // Receivers that drop NUL must not find one either.
                let withoutNUL = inside.filter { $0 != 0 }
                #expect(!Self.contains(withoutNUL, Array("\r\n.\r\n".utf8)))
                #expect(Array(wire.suffix(5)) == Array("\r\n.\r\n".utf8))
                checked += 1
            }
        }
        print("conformance smtp/smuggling outward: \(sequences.count) sequences, \(checked) contents, none leaves")
    }

    private static func bytes(hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    private static func contains(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
        guard haystack.count >= needle.count else { return false }
        return (0...haystack.count - needle.count).contains { Array(haystack[$0..<$0 + needle.count]) == needle }
    }
}
