import Foundation
import Testing

@testable import DNSAuth

@Suite struct CanonicalizationTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func header(_ lines: String, _ form: Canonicalization) -> String {
        var fields: [[UInt8]] = []
        for line in lines.components(separatedBy: "\r\n").dropLast() {
            let isContinuation = line.first == " " || line.first == "\t"
            if isContinuation, !fields.isEmpty {
                fields[fields.count - 1] += bytes(line + "\r\n")
            } else {
                fields.append(bytes(line + "\r\n"))
            }
        }
        return String(decoding: fields.flatMap { form.headerField($0) }, as: UTF8.self)
    }

    private func body(_ text: String, _ form: Canonicalization) -> String {
        String(decoding: form.body(bytes(text)), as: UTF8.self)
    }

    /// RFC 6376 §3.4.5.
    @Test func theExampleOfTheRFC() {
        let fields = "A: X\r\nB : Y\t\r\n\tZ  \r\n"
        #expect(header(fields, .relaxed) == "a:X\r\nb:Y Z\r\n")
        #expect(header(fields, .simple) == fields)
        let text = " C \r\nD \t E\r\n\r\n\r\n"
        #expect(body(text, .relaxed) == " C\r\nD E\r\n")
        #expect(body(text, .simple) == " C \r\nD \t E\r\n")
    }

    @Test(arguments: [
        ("", "", "\r\n"), ("\r\n", "", "\r\n"), ("\r\n\r\n\r\n", "", "\r\n"), (" \t \r\n", "", " \t \r\n"),
        ("abc", "abc\r\n", "abc\r\n"), ("abc \t", "abc\r\n", "abc \t\r\n"),
        ("a\r\n\r\nb\r\n \r\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n \r\n"),
        ("\ta\r\n", " a\r\n", "\ta\r\n"), ("a\rb\nc\r\n", "a\rb\nc\r\n", "a\rb\nc\r\n"), ("a\r", "a\r\r\n", "a\r\r\n"),
        ("a\r\r\n", "a\r\r\n", "a\r\r\n"), ("a  b \t c\r\n\td\r\n", "a b c\r\n d\r\n", "a  b \t c\r\n\td\r\n"),
        ("\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"),
    ])
    func bodies(_ text: String, relaxed: String, simple: String) {
        #expect(body(text, .relaxed) == relaxed)
        #expect(body(text, .simple) == simple)
    }

    @Test(arguments: [Canonicalization.simple, .relaxed])
    func aBodyInPiecesIsTheSameBody(_ form: Canonicalization) {
        var generator = SeededGenerator(seed: 11)
        let alphabet: [UInt8] = [13, 10, 32, 9, 97, 98, 0xE9]
        for _ in 0..<3_000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                if Bool.random(using: &generator) {
                    text += [13, 10]
                } else {
                    text.append(alphabet.randomElement(using: &generator)!)
                }
            }
            var canonicalizer = BodyCanonicalizer(form)
            var pieces: [UInt8] = []
            var at = 0
            while at < text.count {
                let end = min(text.count, at + Int.random(in: 1...5, using: &generator))
                canonicalizer.update(Array(text[at..<end]).span, into: &pieces)
                at = end
            }
            canonicalizer.finish(into: &pieces)
            #expect(pieces == form.body(text))
            #expect(pieces == Reference.body(text, form))
        }
    }
}

/// RFC 6376 §3.4 once more, written line by line and without a thought for speed.
enum Reference {
    static func body(_ bytes: [UInt8], _ form: Canonicalization) -> [UInt8] {
        var lines: [[UInt8]] = [[]]
        var at = 0
        while at < bytes.count {
            if bytes[at] == 13, at + 1 < bytes.count, bytes[at + 1] == 10 {
                lines.append([])
                at += 2
            } else {
                lines[lines.count - 1].append(bytes[at])
                at += 1
            }
        }
        if form == .relaxed { lines = lines.map(relaxed) }
        while lines.last == [] { lines.removeLast() }
        if lines.isEmpty { return form == .simple ? [13, 10] : [] }
        return lines.flatMap { $0 + [13, 10] }
    }

    private static func relaxed(_ line: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in line {
            if byte != 32 && byte != 9 { out.append(byte) } else if out.last != 32 { out.append(32) }
        }
        if out.last == 32 { out.removeLast() }
        return out
    }
}
