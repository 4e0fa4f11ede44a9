import Mail

/// Messages that are odd in every way that RFC 5322 still allows (and that dkimpy reads as RFC 6376 means them).
struct MessageGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next() -> Content {
        var fields = [
            "From: " + odd("Alice") + " <alice@sub.example.org>", "To:" + odd("bob@example.net"),
            "Subject: " + odd(words(Int.random(in: 0...60, using: &random))), "Date:\tThu, 1 Jan 2026 00:00:00 +0000 ",
            "Message-ID: <\(UInt32.random(in: 0 ... .max, using: &random))@example.org>", "X-Unsigned: " + words(3),
        ]
        if chance(3) { fields.append("SUBJECT  : second".replacing("  :", with: ":")) }
        if chance(2) { fields.append("cc: \r\n\tcarol@example.net,\r\n  dave@example.net  ") }
        if chance(2) { fields.append("MIME-Version: 1.0\r\nContent-Type: text/plain;\r\n charset=utf-8") }
        if chance(3) {
            fields.append("List-Unsubscribe: <https://example.org/" + String(repeating: "u", count: 400) + ">")
        }
        if chance(3) {
            fields.append("References:" + (0..<20).map { "\r\n <\($0).long.reference@example.org>" }.joined())
        }
        if chance(4) { fields.append("X-Empty:") }
        fields.shuffle(using: &random)
        var bytes = Array((fields.joined(separator: "\r\n") + "\r\n").utf8)
        if chance(4) { bytes += Array("X-Eight: ".utf8) + [0xE9, 0xFF, 0x80, 13, 10] }
        if chance(5) { bytes += Array("Comments: ".utf8) + [0xE9, 0xE8] + [13, 10] }
        let added: [UInt8] =
            chance(2) ? Array("Received: from a\r\n\tby b; Thu, 1 Jan 2026 00:00:00 +0000\r\n".utf8) : []
        return Content(added: added, original: bytes + (chance(12) ? [] : [13, 10] + body()))
    }

    private mutating func body() -> [UInt8] {
        switch Int.random(in: 0...9, using: &random) {
        case 0: return []
        case 1: return Array(repeating: [13, 10], count: Int.random(in: 1...6, using: &random)).flatMap { $0 }
        case 2: return Array(" \t \r\n\t\r\n".utf8)
        // Without a final line end; dkimpy keeps white space there (RFC 6376 §3.4.4 completes the line first), so none.
        case 3: return Array("no line end".utf8)
        default: break
        }
        var out: [UInt8] = []
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            switch Int.random(in: 0...6, using: &random) {
            case 0: break
            case 1: out += [32, 9, 32]
            case 2: out += (0..<20).map { _ in UInt8.random(in: 0x80...0xFF, using: &random) }
            case 3: out += Array(repeating: 97, count: 900)
            default: out += Array(odd(words(8)).utf8)
            }
            out += [13, 10]
        }
        if chance(3) { out += Array("\r\n\r\n \r\n\r\n".utf8) }
        return out
    }

    private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }

    private mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in String("abcdefghijklmnop".shuffled(using: &random).prefix(5)) }.joined(separator: " ")
    }

    /// Spaces become runs of white space, and some of them folds.
    private mutating func odd(_ text: String) -> String {
        var out = ""
        for character in text {
            if character != " " {
                out.append(character)
            } else {
                out += [" ", "  ", "\t", " \t ", " ", " "].randomElement(using: &random)!
            }
        }
        return out + (chance(3) ? " \t" : "")
    }
}
