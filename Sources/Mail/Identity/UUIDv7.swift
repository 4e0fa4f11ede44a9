import Glibc
import Synchronization

/// RFC 9562 §5.7: an identifier that sorts by the millisecond it was made in and needs no coordination.
///
/// Every noun that outlives a process (message, tenant, key, domain, credential, event) is named by one. The text form
/// is the usual 36 characters; APIs also accept it behind a type prefix (`msg_`, `dom_`, ...).
public struct UUIDv7: Hashable, Sendable, Comparable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new identifier for the given time. The 74 free bits are random.
    public init(at time: WallTime) {
        self.init(at: time, random: RandomPair.next())
    }

    /// The deterministic form, for tests and for identifiers derived from a journal offset.
    public init(at time: WallTime, random: (UInt64, UInt64)) {
        // RFC 9562 §5.7: 48 bits of milliseconds, version 7, 12 random bits; variant 10, 62 random bits.
        high = UInt64(truncatingIfNeeded: time.milliseconds) << 16 | 0x7000 | (random.0 & 0x0FFF)
        low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// The time in the identifier, to the millisecond.
    public var time: WallTime { WallTime(milliseconds: Int64(high >> 16)) }

    public static func < (a: Self, b: Self) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
}

extension UUIDv7: CustomStringConvertible, LosslessStringConvertible {
    public var description: String {
        unsafe String(unsafeUninitializedCapacity: 36) { out in
            var at = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    unsafe out[at] = UInt8(ascii: "-")
                    at += 1
                }
                let word = index < 8 ? high : low
                let byte = UInt8(truncatingIfNeeded: word >> UInt64((7 - index % 8) * 8))
                unsafe out[at] = Self.hexDigit(byte >> 4)
                unsafe out[at + 1] = Self.hexDigit(byte & 15)
                at += 2
            }
            return 36
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Accepts the 36-character form, with or without a type prefix such as `msg_`; any other text is `nil`.
    public init?(_ text: String) {
        var digits = Substring(text)
        if let underscore = text.firstIndex(of: "_") { digits = text[text.index(after: underscore)...] }
        var words: (UInt64, UInt64) = (0, 0)
        var count = 0
        for (position, byte) in digits.utf8.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let value: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            guard count < 32 else { return nil }
            if count < 16 { words.0 = words.0 << 4 | UInt64(value) } else { words.1 = words.1 << 4 | UInt64(value) }
            count += 1
        }
        guard count == 32, digits.utf8.count == 36 else { return nil }
        self.init(high: words.0, low: words.1)
    }
}

/// Random words for identifiers, fetched from the system for sixteen at a time: the call costs more than all the rest.
private enum RandomPair {
    private static let pairs = Mutex<[(UInt64, UInt64)]>([])

    static func next() -> (UInt64, UInt64) {
        pairs.withLock { pairs in
            if pairs.isEmpty { pairs = fetch() }
            return pairs.removeLast()
        }
    }

    /// 256 bytes, which getentropy(3) gives whole or, on a machine without a random device, not at all.
    private static func fetch() -> [(UInt64, UInt64)] {
        unsafe [(UInt64, UInt64)](unsafeUninitializedCapacity: 16) { words, count in
            let result = unsafe getentropy(words.baseAddress, 256)
            precondition(result == 0, "the system has no random numbers")
            count = 16
        }
    }
}
