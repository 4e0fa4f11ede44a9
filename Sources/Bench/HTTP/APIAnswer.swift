import Mail

/// What an answer of the sending API means for the messages of its request.
struct APIAnswer: Equatable {
    /// Messages that are durable now.
    var queued = 0
    /// Status and error code of what was not taken, as `429 rate_limit_exceeded`; `nil` when all was.
    var failure: String?
    /// Whether the same request may be taken a little later.
    var isTemporary = false

    /// - Parameters:
    ///   - messages: of the request.
    ///   - isBatch: whether it went to the route for several.
    init(status: Int, body: borrowing Bytes, messages: Int, isBatch: Bool) {
        let isGood = (200...299).contains(status)
        let found = body.withReadable { text -> (queued: Int?, id: String?, code: String?) in
            guard isGood else { return (nil, nil, JSONCursor.text(text, "error", "code")) }
            if isBatch { return (JSONCursor.integer(text, "data", "queued"), nil, nil) }
            return (nil, JSONCursor.text(text, "data", "id"), nil)
        }
        guard isGood else {
            failure = found.code.map { "\(status) \(Self.word($0))" } ?? "\(status)"
            // RFC 9110 §15.6.4; 429 says the same of the client alone.
            isTemporary = status == 429 || status == 503
            return
        }
        if isBatch {
            // More than was asked for is an error of the server; believing it would be one of ours.
            queued = min(max(0, found.queued ?? 0), messages)
            if found.queued == nil {
                failure = "\(status) without data.queued"
            } else if queued < messages {
                failure = "\(status) with messages that were not queued"
            }
        } else if found.id != nil {
            queued = 1
        } else {
            failure = "\(status) without data.id"
        }
    }

    /// Fit for a report: letters, digits, underscores and hyphens.
    private static func word(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value > 32 && $0.value < 127 ? $0 : "?" }))
    }
}
