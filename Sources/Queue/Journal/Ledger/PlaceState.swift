import Mail

/// `RecipientState` in 16 bytes.
struct PlaceState: Hashable {
    /// Milliseconds; `none` before the first attempt.
    private var next: Int64
    private(set) var attempts: UInt16
    var isFinished: Bool

    private static let none = Int64.min

    static let fresh = PlaceState(attempts: 0, nextAttempt: nil, isFinished: false)

    init(attempts: Int, nextAttempt: WallTime?, isFinished: Bool) {
        self.attempts = UInt16(clamping: attempts)
        next = nextAttempt?.milliseconds ?? Self.none
        self.isFinished = isFinished
    }

    init(_ state: RecipientState) {
        self.init(attempts: state.attempts, nextAttempt: state.nextAttempt, isFinished: state.isFinished)
    }

    var nextAttempt: WallTime? { next == Self.none ? nil : WallTime(milliseconds: next) }

    var state: RecipientState {
        RecipientState(attempts: Int(attempts), nextAttempt: nextAttempt, isFinished: isFinished)
    }

    func encode(into out: inout RecordEncoder) {
        out.put((isFinished ? 1 : 0) | (next == Self.none ? 0 : 2))
        out.put(count: Int(attempts))
        if next != Self.none { out.put(fixed: next) }
    }

    init(from decoder: inout RecordDecoder) throws(CodecFailure) {
        let flags = try decoder.byte()
        guard flags < 4 else { throw .badValue }
        guard let attempts = UInt16(exactly: try decoder.varint()) else { throw .badValue }
        self.attempts = attempts
        isFinished = flags & 1 != 0
        next = flags & 2 != 0 ? try decoder.fixed() : Self.none
    }
}

/// What a note changes: the state of one recipient of one message.
struct Effect: Hashable {
    var number: UInt64
    var recipient: UInt32
    var state: PlaceState

    func encode(into out: inout RecordEncoder) {
        out.put(fixed: number)
        out.put(varint: UInt64(recipient))
        state.encode(into: &out)
    }

    init(number: UInt64, recipient: UInt32, state: PlaceState) {
        self.number = number
        self.recipient = recipient
        self.state = state
    }

    init(from decoder: inout RecordDecoder) throws(CodecFailure) {
        number = try decoder.fixed()
        recipient = try NoteCodec.recipientIndex(&decoder)
        state = try PlaceState(from: &decoder)
    }
}

extension JournalNote {
    var number: UInt64 {
        switch self {
        case .attempted(_, let number, _, _, _), .cancelled(_, let number, _, _, _),
            .bounced(_, let number, _, _, _, _, _):
            number
        }
    }

    var effects: [Effect] {
        switch self {
        case .attempted(_, let number, _, _, let attempt):
            let isFinished =
                switch attempt.outcome.verdict {
                case .delivered, .bounced: true
                case .deferred: false
                }
            let state = PlaceState(
                attempts: attempt.number, nextAttempt: attempt.nextAttempt, isFinished: isFinished)
            return [Effect(number: number, recipient: attempt.recipient, state: state)]
        case .cancelled(_, let number, _, _, let recipients), .bounced(_, let number, _, _, let recipients, _, _):
            let state = PlaceState(attempts: 0, nextAttempt: nil, isFinished: true)
            return recipients.map { Effect(number: number, recipient: $0, state: state) }
        }
    }

    var kind: RecordKind {
        switch self {
        case .attempted: .attempted
        case .cancelled: .cancelled
        case .bounced: .bounced
        }
    }
}
