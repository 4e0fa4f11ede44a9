import Mail

/// A batch divided by what its destinations publish.
///
/// The destinations of one site share transactions, but their TLS policies are their own: a recipient whose domain
/// demands a proof must not travel on a connection that was judged by another domain's policy. Destinations that
/// publish nothing stay together, since nothing tells them apart.
struct BatchParts {
    struct Part: Sendable {
        var batch: DeliveryBatch
        /// The places of its recipients in the whole batch.
        var places: [Int]
    }

    /// The domains of the recipients, in order of appearance; more than one is rare.
    static func destinations(of batch: DeliveryBatch) -> [Domain] {
        guard let first = batch.envelope.recipients.first?.mailbox.domain else { return [batch.destination] }
        // Nearly always: one domain, which needs no set.
        if batch.envelope.recipients.allSatisfy({ $0.mailbox.domain == first }) { return [batch.destination] }
        var seen: Set<Domain> = []
        return batch.envelope.recipients.map(\.mailbox.domain).filter { seen.insert($0).inserted }
    }

    /// - Parameter silent: destinations that publish nothing, as far as is known.
    static func divide(_ batch: DeliveryBatch, silent: Set<Domain>) -> [Part] {
        var parts: [Part] = []
        var numbers: [Domain: Int] = [:]
        var quiet: Int?
        for (place, recipient) in batch.envelope.recipients.enumerated() {
            let domain = recipient.mailbox.domain
            let isSilent = silent.contains(domain)
            let number: Int
            if let known = isSilent ? quiet : numbers[domain] {
                number = known
            } else {
                number = parts.count
                if isSilent { quiet = number } else { numbers[domain] = number }
                var part = batch
                part.destination = domain
                part.envelope.recipients = []
                part.recipientIndexes = []
                parts.append(Part(batch: part, places: []))
            }
            parts[number].batch.envelope.recipients.append(recipient)
            parts[number].batch.recipientIndexes.append(batch.recipientIndexes[place])
            parts[number].places.append(place)
        }
        return parts
    }
}
