@testable import DNSAuth

/// Writes answers byte by byte, so that a test says exactly what is on the wire, lies included.
struct WireAnswer {
    var id: UInt16
    var flags: UInt16 = 0x8180
    var question: [UInt8]
    var answers: [[UInt8]] = []
    var authority: [[UInt8]] = []

    /// An honest, empty answer.
    init(to query: [UInt8]) {
        id = UInt16(query[0]) << 8 | UInt16(query[1])
        var end = 12
        while query[end] != 0 { end += Int(query[end]) + 1 }
        question = Array(query[12..<end + 5])
    }

    init(to query: DNSQuery) { self.init(to: query.wire) }

    var responseCode: UInt16 {
        get { flags & 15 }
        set { flags = flags & ~15 | newValue }
    }

    var bytes: [UInt8] {
        var out = Self.word(id) + Self.word(flags) + [0, 1] + Self.word(UInt16(answers.count))
        out += Self.word(UInt16(authority.count)) + [0, 0] + question
        return out + answers.joined() + authority.joined()
    }

    static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func record(_ owner: String, _ type: UInt16, ttl: UInt32 = 300, _ data: [UInt8]) -> [UInt8] {
        name(owner) + word(type) + [0, 1] + word(UInt16(ttl >> 16)) + word(UInt16(ttl & 0xFFFF))
            + word(UInt16(data.count)) + data
    }

    static func mx(_ owner: String, _ preference: UInt16, _ host: String, ttl: UInt32 = 300) -> [UInt8] {
        record(owner, 15, ttl: ttl, word(preference) + name(host))
    }

    static func a(_ owner: String, _ octets: [UInt8], ttl: UInt32 = 300) -> [UInt8] {
        record(owner, 1, ttl: ttl, octets)
    }

    static func cname(_ owner: String, _ target: String, ttl: UInt32 = 300) -> [UInt8] {
        record(owner, 5, ttl: ttl, name(target))
    }

    static func soa(_ owner: String, ttl: UInt32 = 900, minimum: UInt32 = 60) -> [UInt8] {
        let numbers: [UInt32] = [1, 3_600, 900, 604_800, minimum]
        return record(
            owner, 6, ttl: ttl,
            name("ns.\(owner)") + name("hostmaster.\(owner)")
                + numbers.flatMap { word(UInt16($0 >> 16)) + word(UInt16($0 & 0xFFFF)) })
    }
}
