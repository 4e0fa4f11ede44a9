/// Why a body is not JSON that we take. `offset` is the byte, from 0.
struct JSONFailure: Error, Hashable {
    enum Reason: String, Hashable {
        case unexpectedByte = "unexpected character"
        case unexpectedEnd = "the body ends in the middle of a value"
        case tooDeep = "nested more than 64 levels deep"
        case tooMany = "more than 100000 values"
        case duplicateName = "the same name twice in one object"
        case badNumber = "a malformed number"
        case badEscape = "a malformed escape in a string"
        case badUTF8 = "a string that is not UTF-8"
        case controlCharacter = "an unescaped control character in a string"
        case trailingBytes = "something after the end of the value"
    }

    var reason: Reason
    var offset: Int
}

/// Parses one JSON text (RFC 8259), strictly: UTF-8 only, no duplicate names, at most 64 levels and
/// 100,000 values, nothing behind the value.
struct JSONParser {
    private static let maximumDepth = 64
    /// A value in memory is many times the two bytes that it may be in the body.
    private static let maximumCount = 100_000
    private static let fewNames = 16
    private let bytes: [UInt8]
    private var at = 0
    private var count = 0

    static func parse(_ bytes: [UInt8]) throws(JSONFailure) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw JSONFailure(reason: .trailingBytes, offset: parser.at) }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        skipSpace()
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        count += 1
        guard count <= Self.maximumCount else { throw failure(.tooMany) }
        guard at < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[at] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw failure(.unexpectedByte)
        }
    }

    private mutating func object(depth: Int) throws(JSONFailure) -> JSONObject {
        at += 1
        var object = JSONObject()
        // Most objects are small: looking through their names is cheaper than a table of them.
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            skipSpace()
            let start = at
            guard at < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[at] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            let name = try string()
            let isNew: Bool
            if object.members.count < Self.fewNames {
                isNew = object.place(of: name) == nil
            } else {
                if names.isEmpty { names = Set(object.members.lazy.map(\.name)) }
                isNew = names.insert(name).inserted
            }
            guard isNew else { throw JSONFailure(reason: .duplicateName, offset: start) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure(at < bytes.count ? .unexpectedByte : .unexpectedEnd) }
            object.append(name, try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "}")) { return object }
            throw failure(at < bytes.count ? .unexpectedByte : .unexpectedEnd)
        }
    }

    private mutating func array(depth: Int) throws(JSONFailure) -> [JSONValue] {
        at += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "]")) { return values }
            throw failure(at < bytes.count ? .unexpectedByte : .unexpectedEnd)
        }
    }

    private mutating func string() throws(JSONFailure) -> String {
        at += 1
        let start = at
        skipPlain()
        // A string without escapes, which is nearly every one, is decoded straight from the body.
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            let text = try text(bytes.span.extracting(start..<at), from: start)
            at += 1
            return text
        }
        var decoded = Array(bytes[start..<at])
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                let text = try text(decoded.span, from: start)
                at += 1
                return text
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0..<0x20: throw failure(.controlCharacter)
            default:
                let plain = at
                skipPlain()
                decoded.append(contentsOf: bytes[plain..<at])
            }
        }
        throw failure(.unexpectedEnd)
    }

    /// Up to whatever means something in a string.
    private mutating func skipPlain() {
        let body = bytes
        let span = body.span
        var place = at
        while place < span.count {
            let byte = span[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            place += 1
        }
        at = place
    }

    private func text(_ bytes: Span<UInt8>, from start: Int) throws(JSONFailure) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw JSONFailure(reason: .badUTF8, offset: start)
        }
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONFailure) {
        guard at + 1 < bytes.count else { throw failure(.unexpectedEnd) }
        let letter = bytes[at + 1]
        at += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"):
            decoded.append(contentsOf: UTF8.encode(try unicodeEscape()) ?? UTF8.encodedReplacementCharacter)
        default: throw JSONFailure(reason: .badEscape, offset: at - 2)
        }
    }

    /// RFC 8259 §7: `\uXXXX`, with a surrogate pair for what lies beyond the first plane. A lone surrogate is refused.
    private mutating func unicodeEscape() throws(JSONFailure) -> Unicode.Scalar {
        let start = at - 2
        var code = UInt32(try hexQuad())
        if (0xD800...0xDBFF).contains(code) {
            guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
                throw JSONFailure(reason: .badEscape, offset: start)
            }
            at += 2
            let low = UInt32(try hexQuad())
            guard (0xDC00...0xDFFF).contains(low) else { throw JSONFailure(reason: .badEscape, offset: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONFailure(reason: .badEscape, offset: start) }
        return scalar
    }

    private mutating func hexQuad() throws(JSONFailure) -> UInt16 {
        guard at + 4 <= bytes.count else { throw failure(.unexpectedEnd) }
        var value: UInt16 = 0
        for byte in bytes[at..<at + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw failure(.badEscape)
            }
            value = value << 4 | UInt16(digit)
        }
        at += 4
        return value
    }

    /// RFC 8259 §6.
    private mutating func number() throws(JSONFailure) -> String {
        let start = at
        func isDigit(_ index: Int) -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard isDigit(at) else { throw failure(.badNumber) }
        if bytes[at] == UInt8(ascii: "0") { at += 1 } else { while isDigit(at) { at += 1 } }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            guard isDigit(at) else { throw failure(.badNumber) }
            while isDigit(at) { at += 1 }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard isDigit(at) else { throw failure(.badNumber) }
            while isDigit(at) { at += 1 }
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        for expected in text.description.utf8 {
            guard at < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[at] == expected else { throw failure(.unexpectedByte) }
            at += 1
        }
        return value
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private func failure(_ reason: JSONFailure.Reason) -> JSONFailure { JSONFailure(reason: reason, offset: at) }
}
