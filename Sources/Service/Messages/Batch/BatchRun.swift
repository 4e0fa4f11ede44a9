import Mail

/// A batch on its way: what waits to be written, and what became of the rest.
struct BatchRun {
    private let batch: BatchRequest
    private let first: UUIDv7
    private var outcomes: [BatchItem?]
    /// Good ones that are not durable yet, in order.
    private(set) var waiting: [Submission] = []
    private var places: [(index: Int, to: [String], status: MessageStatus)] = []
    private(set) var waitingBytes = 0

    init(_ batch: BatchRequest, first: UUIDv7) {
        self.batch = batch
        self.first = first
        outcomes = Array(repeating: nil, count: batch.count)
    }

    /// The identifiers of a batch follow one another, as RFC 9562 §6.2 (method 2) has it: a repetition comes to the same
    /// ones, and a list that is sorted by them keeps the order of the batch.
    func id(_ index: Int) -> UUIDv7 {
        let random: UInt64 = 0x3FFF_FFFF_FFFF_FFFF
        return UUIDv7(high: first.high, low: first.low & ~random | (first.low &+ UInt64(index)) & random)
    }

    mutating func add(_ composed: ComposedSend, at index: Int) {
        waiting.append(composed.submission)
        waitingBytes += composed.submission.content.count
        places.append((index, composed.to.map(\.description), composed.status))
    }

    /// An earlier run had sent it.
    mutating func found(_ message: MessageView, at index: Int) {
        let status: MessageStatus = message.scheduledAt == nil ? .queued : .scheduled
        outcomes[index] = BatchItem(to: message.to, outcome: .success(.init(id: message.id, status: status)))
    }

    mutating func failed(_ failure: ServiceFailure, at index: Int) {
        outcomes[index] = BatchItem(to: addresses(index), outcome: .failure(placed(failure, at: index)))
    }

    /// What became of all that waited.
    mutating func settle(_ results: [Result<Receipt, Refusal>]) {
        for (place, result) in zip(places, results) {
            switch result {
            case .success(let receipt):
                outcomes[place.index] = BatchItem(
                    to: place.to, outcome: .success(.init(id: receipt.id, status: place.status)))
            case .failure(let refusal): failed(ServiceFailure(refusal), at: place.index)
            }
        }
        waiting.removeAll()
        places.removeAll()
        waitingBytes = 0
    }

    /// - Throws: none was accepted. What may go well later comes first: with it a repetition makes sense.
    func items() throws(ServiceFailure) -> [BatchItem] {
        let items = outcomes.compactMap { $0 }
        var failures: [ServiceFailure] = []
        for item in items {
            guard case .failure(let failure) = item.outcome else { return items }
            failures.append(failure)
        }
        for (item, failure) in zip(items, failures) where item.isOpen { throw failure }
        guard let first = failures.first else { return items }
        throw ServiceFailure(first.code, first.message, details: Array(failures.flatMap(\.details).prefix(100)))
    }

    private func addresses(_ index: Int) -> [String] {
        switch batch.form {
        case .messages(let messages):
            guard case .success(let request) = messages[index] else { return [] }
            return request.to.prefix(100).map(Self.shown)
        case .merge(_, let recipients): return [Self.shown(recipients[index].address)]
        }
    }

    /// The same failure with the paths of the whole request.
    private func placed(_ failure: ServiceFailure, at index: Int) -> ServiceFailure {
        var failure = failure
        switch batch.form {
        case .messages(let messages):
            // What could not be read has its path already.
            if case .failure = messages[index] { return failure }
            let path = "messages[\(index)]"
            if failure.details.isEmpty {
                failure.details = [.init(failure.code, field: path, message: failure.message)]
            } else {
                for place in failure.details.indices {
                    failure.details[place].field = "\(path).\(failure.details[place].field)"
                }
            }
        case .merge(_, let recipients):
            let path = "recipient_variables.\(recipients[index].address.prefix(64))"
            if failure.details.isEmpty {
                failure.details = [.init(failure.code, field: path, message: failure.message)]
            } else {
                // The address is the name of a member; everything else stands in the shared fields.
                for place in failure.details.indices where failure.details[place].field == "to" {
                    failure.details[place].field = path
                }
            }
        }
        return failure
    }

    private static func shown(_ address: String) -> String { String(address.prefix(256)) }
}
