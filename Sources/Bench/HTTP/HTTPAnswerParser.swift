import Mail

/// Why what a server says is no answer that a kept connection can go on after.
enum HTTPViolation: Error, Equatable {
    case statusLine, fieldLine, tooManyFields, lineTooLong
    /// Neither Content-Length nor chunks, or both, or something that is not a length.
    case length
    case chunk
    case bodyTooLong
}

/// Reads one HTTP/1.1 answer after the other from bytes that arrive in any pieces (RFC 9112): status, whether the
/// connection is kept, and the body without its framing.
///
/// It knows what a load client needs and no more: no fields but those that frame the body, no answer that ends with its
/// connection. A line is looked at once it is whole; bytes of a body are copied once.
struct HTTPAnswerParser: ~Copyable {
    enum Progress: Equatable {
        case needsMore
        case complete
        case violation(HTTPViolation)
    }

    private enum State: Equatable {
        case statusLine
        case fields
        case body(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailer
    }

    /// Of the answer that is complete.
    private(set) var status = 0
    /// Whether another request may follow on this connection.
    private(set) var isKept = true
    /// Content of the answer that is complete.
    private(set) var body = Bytes()

    private var state = State.statusLine
    private var length: Int?
    private var isChunked = false
    private var fields = 0
    private let bodyLimit: Int

    private static let lineLimit = 8_192
    private static let fieldLimit = 100

    /// - Parameter bodyLimit: bytes; an answer to a batch of 1,000 messages has about 150,000.
    init(bodyLimit: Int = 16 << 20) { self.bodyLimit = bodyLimit }

    /// Takes what has arrived. After `complete` the next call begins the next answer; after a violation the connection
    /// cannot be used.
    /// - Returns: how many of the bytes were used, and what that led to.
    mutating func scan(_ input: Span<UInt8>) -> (used: Int, progress: Progress) {
        if state == .statusLine { begin() }
        var at = 0
        while true {
            switch state {
            case .body(let left), .chunk(let left):
                let count = min(left, input.count - at)
                body.append(input.extracting(at..<at + count))
                at += count
                let isWhole = count == left
                if case .chunk = state {
                    state = isWhole ? .chunkEnd : .chunk(left: left - count)
                } else {
                    state = isWhole ? .statusLine : .body(left: left - count)
                    if isWhole { return (at, .complete) }
                }
                if !isWhole { return (at, .needsMore) }
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailer:
                guard let end = Self.lineEnd(input, from: at) else {
                    return (at, input.count - at > Self.lineLimit ? .violation(.lineTooLong) : .needsMore)
                }
                // RFC 9112 §2.2: a single LF may be taken for a line end.
                let textEnd = end > at && input[end - 1] == 13 ? end - 1 : end
                let progress = line(input.extracting(at..<textEnd))
                at = end + 1
                if progress != .needsMore { return (at, progress) }
            }
        }
    }

    private mutating func begin() {
        status = 0
        isKept = true
        body.removeAll()
        length = nil
        isChunked = false
        fields = 0
    }

    private static func lineEnd(_ input: Span<UInt8>, from start: Int) -> Int? {
        for index in start..<min(input.count, start + lineLimit + 1) where input[index] == 10 { return index }
        return nil
    }

    private mutating func line(_ line: Span<UInt8>) -> Progress {
        switch state {
        case .statusLine: return statusLine(line)
        case .fields: return line.isEmpty ? endOfHead() : field(line)
        case .chunkSize: return chunkSize(line)
        case .chunkEnd:
            guard line.isEmpty else { return .violation(.chunk) }
            state = .chunkSize
            return .needsMore
        case .trailer:
            if line.isEmpty {
                state = .statusLine
                return .complete
            }
            fields += 1
            return fields > Self.fieldLimit ? .violation(.tooManyFields) : .needsMore
        case .body, .chunk: preconditionFailure("content has no lines")
        }
    }

    /// RFC 9112 §4: `HTTP/1.1 202 Accepted`, where the words may be missing.
    private mutating func statusLine(_ line: Span<UInt8>) -> Progress {
        guard line.count >= 12, ASCIIText.matches(line, at: 0, "http/1."), line[8] == UInt8(ascii: " "),
            line.count == 12 || line[12] == UInt8(ascii: " "), let code = ASCIIText.decimal(line.extracting(9..<12)),
            (100...599).contains(code)
        else { return .violation(.statusLine) }
        status = code
        isKept = line[7] >= UInt8(ascii: "1")
        state = .fields
        return .needsMore
    }

    private mutating func field(_ line: Span<UInt8>) -> Progress {
        fields += 1
        guard fields <= Self.fieldLimit else { return .violation(.tooManyFields) }
        // RFC 9112 §5.2: a line that goes on with a blank belongs to the one before. Nobody sends that any more.
        guard let colon = ASCIIText.firstIndex(of: UInt8(ascii: ":"), in: line), colon > 0,
            line[0] != UInt8(ascii: " "), line[0] != 9
        else { return .violation(.fieldLine) }
        let name = line.extracting(0..<colon)
        let value = ASCIIText.trimmed(line.extracting(colon + 1..<line.count))
        if ASCIIText.equals(name, "content-length") {
            // RFC 9112 §6.3: lengths that differ make the message unreadable.
            guard let number = ASCIIText.decimal(value), length == nil || length == number else {
                return .violation(.length)
            }
            length = number
        } else if ASCIIText.equals(name, "transfer-encoding") {
            guard ASCIIText.equals(value, "chunked") else { return .violation(.length) }
            isChunked = true
        } else if ASCIIText.equals(name, "connection"), ASCIIText.lists(value, "close") {
            isKept = false
        }
        return .needsMore
    }

    private mutating func endOfHead() -> Progress {
        // RFC 9110 §15.2: answers before the answer; a client that asked for none skips them.
        if (100...199).contains(status) {
            begin()
            state = .statusLine
            return .needsMore
        }
        // RFC 9112 §6.3: these two never have content.
        if status == 204 || status == 304 {
            state = .statusLine
            return .complete
        }
        switch (isChunked, length) {
        case (true, nil): state = .chunkSize
        case (false, 0):
            state = .statusLine
            return .complete
        case (false, let length?):
            guard length <= bodyLimit else { return .violation(.bodyTooLong) }
            body.reserve(length)
            state = .body(left: length)
        case (true, _), (false, nil): return .violation(.length)
        }
        return .needsMore
    }

    /// RFC 9112 §7.1: a number in hexadecimal, perhaps with extensions behind a semicolon.
    private mutating func chunkSize(_ line: Span<UInt8>) -> Progress {
        let end = ASCIIText.firstIndex(of: UInt8(ascii: ";"), in: line) ?? line.count
        guard let size = ASCIIText.hexadecimal(ASCIIText.trimmed(line.extracting(0..<end))) else {
            return .violation(.chunk)
        }
        guard size <= bodyLimit - body.count else { return .violation(.bodyTooLong) }
        state = size == 0 ? .trailer : .chunk(left: size)
        return .needsMore
    }
}
