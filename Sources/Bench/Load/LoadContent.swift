import Mail

/// The messages of a load: they differ in their number, the time they say they were sent, and the recipient's domain.
struct LoadContent: Sendable {
    /// Ends with the final dot. Whole, so that a large one can be written from where it lies.
    let body: [[UInt8]]
    private let tail: [UInt8]
    private let sender: [UInt8]
    private let domains: Int
    private let identity: Int

    /// Up to this size a body is copied behind its header, which is cheaper than a gathering write.
    static let copied = 8_192

    /// - Parameter identity: tells the message identifiers of this run from those of others.
    init(size: Int, domains: Int, sender: String, seed: UInt64, date: WallTime, identity: Int) {
        body = [Self.text(size: size, seed: seed)]
        tail = Array("\r\nDate: \(date.mailDate)\r\nSubject: a load of mail\r\nMIME-Version: 1.0\r\n\r\n".utf8)
        self.sender = Array(sender.utf8)
        self.domains = max(1, domains)
        self.identity = identity
    }

    /// Lines of letters: not so alike that a file system compresses them away, and no dot among them.
    static func text(size: Int, seed: UInt64) -> [UInt8] {
        var random = LoadRandom(seed: seed)
        var text: [UInt8] = []
        text.reserveCapacity(size + 5)
        while text.count < size {
            let left = size - text.count
            // RFC 5322 §2.1.1: 78 characters and the line end. A last line of one byte would not end.
            let length = left <= 80 ? max(left, 2) : left == 81 ? 79 : 80
            for _ in 0..<(length - 2) { text.append(UInt8(ascii: "a") + UInt8(random.next() % 26)) }
            text += [13, 10]
        }
        return text + Array(".\r\n".utf8)
    }

    func appendMail(to out: inout Bytes) {
        out.append("MAIL FROM:<")
        out.append(sender)
        out.append(">\r\n")
    }

    func appendRecipient(_ number: Int, to out: inout Bytes) {
        out.append("RCPT TO:<u@d")
        out.append(decimal: number % domains)
        out.append(".example>\r\n")
    }

    /// - Parameter sent: nanoseconds of CLOCK_MONOTONIC.
    func appendHeader(_ number: Int, sent: UInt64, to out: inout Bytes) {
        out.append("X-Bench-Sent: ")
        out.append(decimal: Int(truncatingIfNeeded: sent))
        out.append(UInt8(ascii: " "))
        out.append(decimal: number)
        out.append("\r\nFrom: <")
        out.append(sender)
        out.append(">\r\nTo: <u@d")
        out.append(decimal: number % domains)
        out.append(".example>\r\nMessage-ID: <")
        out.append(decimal: number)
        out.append(UInt8(ascii: "."))
        out.append(decimal: identity)
        out.append("@src.example>")
        out.append(tail)
    }
}

/// Pseudo-random numbers that a seed repeats (SplitMix64).
struct LoadRandom: RandomNumberGenerator, Equatable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True in this share of the cases. Draws a number only where the share is neither none nor all.
    mutating func happens(_ share: Double) -> Bool {
        if share <= 0 { return false }
        if share >= 1 { return true }
        return Double(next() >> 11) * 0x1p-53 < share
    }
}
