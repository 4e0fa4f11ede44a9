/// What a store throws. The text is for the operator's log, never for a client.
public enum StorageFailure: Error, Hashable, Sendable {
    /// Another row holds this name already.
    case conflict
    case unavailable(String)
}
