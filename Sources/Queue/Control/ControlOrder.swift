import Mail

/// What all shards are told. Each obeys them in the order in which they were given.
enum ControlOrder: Sendable {
    /// `until`: `nil`: until it is resumed.
    case hold(Hold, until: MonotonicInstant?)
    case release(UUIDv7)
    case limit(TemporaryLimit, until: MonotonicInstant)
    /// The re-routes that stand from now on.
    case routes(RouteBook)
}
