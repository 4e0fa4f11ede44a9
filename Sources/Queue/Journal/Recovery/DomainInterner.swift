import Mail

/// One string, and one list of a single fresh recipient, per destination, and one owner per tenant and campaign: a
/// million queued messages to a thousand destinations hold a thousand of each.
final class DomainInterner {
    private var domains: [ArraySlice<UInt8>: Domain] = [:]
    private var lists: [Domain: [PendingRecipient]] = [:]
    private var owners: [MessageOwner: MessageOwner] = [:]
    /// Messages of one owner mostly stand side by side.
    private var lastOwner: MessageOwner?

    func owner(_ summary: Summary) -> MessageOwner {
        if let lastOwner, lastOwner.tenant == summary.tenant, lastOwner.campaign == summary.campaign {
            return lastOwner
        }
        let fresh = MessageOwner(tenant: summary.tenant, campaign: summary.campaign)
        let owner = owners[fresh] ?? fresh
        owners[owner] = owner
        lastOwner = owner
        return owner
    }

    func domain(_ decoder: inout RecordDecoder) throws(CodecFailure) -> Domain {
        let range = try decoder.textRange()
        let bytes = decoder.bytes[range]
        if let known = domains[bytes] { return known }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .badText }
        let domain = Domain(canonical: text)
        // The key must not keep the whole index in memory.
        domains[ArraySlice(Array(bytes))] = domain
        return domain
    }

    /// What waits in a message of which nothing has been tried yet.
    func pending(_ summary: Summary) -> [PendingRecipient] {
        let first = summary.domain(ofRecipient: 0)
        if summary.places == 1 {
            if let known = lists[first] { return known }
            let list = [PendingRecipient(recipient: 0, domain: first)]
            lists[first] = list
            return list
        }
        return (0..<summary.places).map {
            PendingRecipient(recipient: UInt32($0), domain: summary.domain(ofRecipient: $0))
        }
    }
}
