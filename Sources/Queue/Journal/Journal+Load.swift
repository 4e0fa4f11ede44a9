import Mail
import Synchronization

/// Reading a message back. Blocking reads, mostly from the page cache: call them on a `BlockingPool`.
extension Journal {
    /// Envelope, facts, content and states. A message that is finished can be read as long as its segment exists.
    package func load(_ number: UInt64) throws(JournalFailure) -> AcceptedMessage {
        let place = try place(of: number)
        let stored = try RecordReading.stored(
            place.file, first: place.first, position: UInt64(place.entry.position), length: Int(place.entry.length),
            seed: core.seed)
        do throws(CodecFailure) {
            var (message, added) = try stored.message()
            guard added <= stored.content.count else { throw .badValue }
            message.content =
                added == 0
                ? Content(original: stored.content)
                : Content(added: Array(stored.content[..<added]), original: Array(stored.content[added...]))
            message.recipientStates = place.states(message.facts.envelope.recipients.count)
            return message
        } catch {
            throw .damaged(file: place.file.name, offset: UInt64(place.entry.position))
        }
    }

    /// The same without the content, which is not read.
    package func loadFacts(_ number: UInt64) throws(JournalFailure) -> AcceptedMessage {
        let place = try place(of: number)
        let stored = try RecordReading.stored(
            place.file, first: place.first, position: UInt64(place.entry.position), length: Int(place.entry.length),
            seed: core.seed, skippingContent: true)
        do throws(CodecFailure) {
            var message = try stored.message().0
            message.recipientStates = place.states(message.facts.envelope.recipients.count)
            return message
        } catch {
            throw .damaged(file: place.file.name, offset: UInt64(place.entry.position))
        }
    }

    private struct Place {
        var file: SegmentFile
        var first: UInt64
        var entry: Segment.Entry
        var places: [PlaceState]

        func states(_ recipients: Int) -> [RecipientState] {
            if entry.remaining > 0 { return places.map(\.state) }
            return Array(repeating: RecipientState(isFinished: true), count: max(1, recipients))
        }
    }

    private func place(of number: UInt64) throws(JournalFailure) -> Place {
        let place = core.ledger.withLock { ledger -> Place? in
            guard let found = ledger.locate(number) else { return nil }
            return Place(
                file: ledger.segments[found.segment].file, first: ledger.segments[found.segment].first,
                entry: ledger.segments[found.segment].entries[found.entry],
                places: ledger.segments[found.segment].places(found.entry))
        }
        guard let place else { throw .notFound(number: number) }
        return place
    }
}
