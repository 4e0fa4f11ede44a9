import Mail

/// Whose message it is. A reference, because a million recovered messages share a few.
final class MessageOwner: Hashable, Sendable {
    let tenant: UUIDv7
    let campaign: UUIDv7?

    init(tenant: UUIDv7, campaign: UUIDv7?) {
        self.tenant = tenant
        self.campaign = campaign
    }

    static func == (a: MessageOwner, b: MessageOwner) -> Bool { a.tenant == b.tenant && a.campaign == b.campaign }

    func hash(into hasher: inout Hasher) {
        hasher.combine(tenant)
        hasher.combine(campaign)
    }
}
