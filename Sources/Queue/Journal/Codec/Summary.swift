import Mail

/// The first part of an accepted message's head: what the scheduler needs after a restart. The index of a sealed
/// segment holds a copy of these bytes for every message, so that a restart reads neither heads nor bodies.
///
/// `version | id | tenant | at | stream | flags | [notBefore] | [campaign] | size | domains | recipients' domains`. A
/// domain stands once however many recipients it has; where there is only one, the recipients' part is their count
/// alone.
struct Summary {
    /// Without a campaign; records that programs before issue 4 wrote have theirs behind the summary, if any.
    static let version: UInt8 = 1
    /// With a campaign.
    static let campaignVersion: UInt8 = 2

    private static let isTest: UInt8 = 1
    private static let hasNotBefore: UInt8 = 2

    var id: UUIDv7
    var tenant: UUIDv7
    var at: WallTime
    var stream: MailStream
    var isTest: Bool
    var notBefore: WallTime?
    var campaign: UUIDv7?
    var size: Int
    var domains: [Domain]
    /// Where all recipients share the one domain this is nil and `recipientCount` says it all.
    var domainOfRecipient: [Int]?
    var recipientCount: Int

    /// A message without recipients still occupies one place, so that it lives until it is cancelled (the inbox).
    var places: Int { max(1, recipientCount) }

    func domain(ofRecipient index: Int) -> Domain {
        if let domainOfRecipient { return domains[domainOfRecipient[index]] }
        return domains.first ?? Domain(canonical: "")
    }

    static func encode(_ message: AcceptedMessage, into out: inout RecordEncoder) {
        let facts = message.facts
        out.put(facts.campaign == nil ? version : campaignVersion)
        out.put(message.id)
        out.put(message.tenant)
        out.put(message.at)
        out.put(facts.stream.rawValue)
        out.put((facts.isTest ? isTest : 0) | (facts.notBefore == nil ? 0 : hasNotBefore))
        if let notBefore = facts.notBefore { out.put(notBefore) }
        if let campaign = facts.campaign { out.put(campaign) }
        out.put(count: facts.size)
        let recipients = facts.envelope.recipients
        guard let first = recipients.first?.mailbox.domain else {
            out.put(count: 0)
            out.put(count: 0)
            return
        }
        if recipients.allSatisfy({ $0.mailbox.domain == first }) {
            out.put(count: 1)
            out.put(first.text)
            out.put(count: recipients.count)
            return
        }
        var known: [Domain: Int] = [:]
        var order: [Domain] = []
        for recipient in recipients where known[recipient.mailbox.domain] == nil {
            known[recipient.mailbox.domain] = order.count
            order.append(recipient.mailbox.domain)
        }
        out.put(count: order.count)
        for domain in order { out.put(domain.text) }
        out.put(count: recipients.count)
        for recipient in recipients { out.put(count: known[recipient.mailbox.domain] ?? 0) }
    }

    /// - Parameter interner: shares equal domains among many messages.
    init(from decoder: inout RecordDecoder, sharing interner: DomainInterner? = nil) throws(CodecFailure) {
        let version = try decoder.byte()
        guard version == Self.version || version == Self.campaignVersion else { throw .version(version) }
        id = try decoder.identifier()
        tenant = try decoder.identifier()
        at = try decoder.time()
        guard let stream = MailStream(rawValue: try decoder.byte()) else { throw .badValue }
        self.stream = stream
        let flags = try decoder.byte()
        guard flags & ~(Self.isTest | Self.hasNotBefore) == 0 else { throw .badValue }
        isTest = flags & Self.isTest != 0
        notBefore = flags & Self.hasNotBefore != 0 ? try decoder.time() : nil
        campaign = version == Self.campaignVersion ? try decoder.identifier() : nil
        size = try decoder.number()
        let domainCount = try decoder.count()
        domains = []
        domains.reserveCapacity(domainCount)
        for _ in 0..<domainCount {
            if let interner {
                domains.append(try interner.domain(&decoder))
            } else {
                domains.append(Domain(canonical: try decoder.text()))
            }
        }
        // With one domain the count stands for itself, so it is bounded by what an envelope may hold instead of by
        // bytes.
        recipientCount = domainCount > 1 ? try decoder.count() : try decoder.number()
        guard recipientCount <= Self.recipientLimit, (recipientCount == 0) == (domainCount == 0) else {
            throw .badValue
        }
        domainOfRecipient = nil
        guard domainCount > 1 else { return }
        var places: [Int] = []
        places.reserveCapacity(recipientCount)
        for _ in 0..<recipientCount {
            let place = try decoder.number()
            guard place < domainCount else { throw .badValue }
            places.append(place)
        }
        domainOfRecipient = places
    }

    /// Far above any envelope the engine takes; it keeps a damaged count from reserving memory.
    static let recipientLimit = 1 << 20
}
