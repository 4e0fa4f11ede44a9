import Mail

/// Messages that are treated alike: one tenant, stream, campaign and pool. Holds, limits, quotas and the choice of
/// sources ask the group, so a message has one number for all of that; and a verb for a tenant or a campaign finds its
/// messages here.
struct MessageGroup {
    struct Key: Hashable {
        /// The tenant's number.
        var tenant: UInt32
        var stream: MailStream
        var campaign: UUIDv7?
        /// A pool that an operator has chosen, as a number of `poolNames`; none: as configured.
        var chosenPool: UInt16 = .none
    }

    var key: Key
    /// Its messages, linked by their `previousInGroup` and `nextInGroup`.
    var head: UInt32 = .none
    var messages: UInt32 = 0
    var deliveries: UInt32 = 0
    /// The number of the pool it takes; none: no sources are configured.
    var pool: UInt16 = .none
    /// The campaign's counter in the ledger, or none.
    var meter: UInt32 = .none
    /// The campaign's daily counter, or none.
    var quota: UInt32 = .none
    /// Its flows, linked by their `previousOfGroup` and `nextOfGroup`.
    var firstFlow: UInt32 = .none
    /// Neighbours among the groups of the tenant.
    var previousOfTenant: UInt32 = .none
    var nextOfTenant: UInt32 = .none
}

/// What the scheduler knows of a tenant that has had mail here.
struct TenantEntry {
    let id: UUIDv7
    /// Its counter in the ledger, or none.
    var meter: UInt32 = .none
    /// Its daily counter, or none.
    var quota: UInt32 = .none
    /// Its groups, linked by their `previousOfTenant` and `nextOfTenant`.
    var firstGroup: UInt32 = .none
}

extension UInt16 {
    /// No pool, no source.
    static var none: UInt16 { .max }
}
