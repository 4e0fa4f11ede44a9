import Mail

/// The requests of a load, written straight into the buffer that is sent.
struct APIContent: Sendable {
    private let head: [UInt8]
    private let opening: [UInt8]
    private let text: [UInt8]
    private let isBatch: Bool
    private let domains: Int

    init(_ plan: APIPlan) {
        isBatch = plan.batch != nil
        domains = max(1, plan.domains)
        let path = isBatch ? "/v1/messages/batch" : "/v1/messages/send"
        // RFC 9112 §3: a kept connection is what HTTP/1.1 has by itself.
        head = Array(
            """
            POST \(path) HTTP/1.1\r\nHost: \(plan.target)\r\nAuthorization: Bearer \(plan.key)\r\n\
            Content-Type: application/json\r\nContent-Length: 
            """.utf8)
        opening = Array("{\"from\":\"\(plan.sender)\",\"to\":\"u@d".utf8)
        text =
            Array(
                ".example\",\"subject\":\"a load of mail\",\"tracking\":{\"opens\":false,\"clicks\":false},\"text\":\""
                    .utf8)
            + Self.text(size: plan.size, seed: plan.seed) + Array("\",\"headers\":{\"X-Bench-Sent\":\"".utf8)
    }

    /// The text of a message as JSON has it: the same letters as of a load by SMTP, a line end in two characters.
    static func text(size: Int, seed: UInt64) -> [UInt8] {
        let lines = LoadContent.text(size: size, seed: seed).dropLast(3)
        var text: [UInt8] = []
        text.reserveCapacity(lines.count)
        for byte in lines where byte != 13 {
            if byte == 10 { text += [UInt8(ascii: "\\"), UInt8(ascii: "n")] } else { text.append(byte) }
        }
        return text
    }

    /// One request, written once: its length is computed, as a batch is more than a megabyte.
    /// - Parameters:
    ///   - first: number of its first message; those that follow have the next ones.
    ///   - count: of messages, at least 1.
    ///   - sent: nanoseconds of CLOCK_MONOTONIC, which every message carries to the sink.
    func append(first: Int, count: Int, sent: UInt64, to out: inout Bytes) {
        let numbers = first..<first + max(1, count)
        var length =
            (isBatch ? Self.batchOpening.utf8CodeUnitCount + Self.batchEnd.utf8CodeUnitCount : 0)
            + numbers.count - 1
        let same =
            opening.count + text.count + Self.digits(Int(truncatingIfNeeded: sent)) + 1
            + Self.messageEnd.utf8CodeUnitCount
        for number in numbers { length += same + Self.digits(number % domains) + Self.digits(number) }
        out.reserve(head.count + 32 + length)
        out.append(head)
        out.append(decimal: length)
        out.append("\r\n\r\n")
        if isBatch { out.append(Self.batchOpening) }
        for number in numbers {
            if number > first { out.append(UInt8(ascii: ",")) }
            append(number, sent: sent, to: &out)
        }
        if isBatch { out.append(Self.batchEnd) }
    }

    private static let batchOpening: StaticString = "{\"messages\":["
    private static let batchEnd: StaticString = "]}"
    private static let messageEnd: StaticString = "\"}}"

    private func append(_ number: Int, sent: UInt64, to out: inout Bytes) {
        out.append(opening)
        out.append(decimal: number % domains)
        out.append(text)
        out.append(decimal: Int(truncatingIfNeeded: sent))
        out.append(UInt8(ascii: " "))
        out.append(decimal: number)
        out.append(Self.messageEnd)
    }

    /// How many characters the number has; it is not negative.
    private static func digits(_ number: Int) -> Int {
        var (rest, count) = (number / 10, 1)
        while rest > 0 { (rest, count) = (rest / 10, count + 1) }
        return count
    }
}
