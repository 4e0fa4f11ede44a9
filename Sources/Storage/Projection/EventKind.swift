/// What a row of the events table tells. `queued` has no row: the message's own row holds it. The raw values stand in
/// the projection: never change one.
enum EventKind: Int64, Sendable {
    case deferred = 1
    /// Shown as two events, `sent` and `delivered`.
    case delivered = 2
    /// Shown as `bounced`, or as `failed` or `cancelled` by its reason.
    case bounced = 3
    case cancelled = 4
    /// Shown as `bounced`. `recipient` holds numbers as for `cancelled`, `host` who did it, `reply` the words.
    case bouncedByOperator = 5
}
