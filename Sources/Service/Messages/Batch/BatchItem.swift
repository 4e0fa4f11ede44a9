package import Mail

/// What became of one message of a batch.
package struct BatchItem: Sendable {
    package struct Accepted: Hashable, Sendable {
        package var id: UUIDv7
        /// `queued` or `scheduled`.
        package var status: MessageStatus
    }

    /// The bare addresses of To; of a message that failed as the request has them.
    package var to: [String]
    /// A failure's fields are paths of the whole request, e.g. `messages[2].to[0]`.
    package var outcome: Result<Accepted, ServiceFailure>

    /// Nothing has been decided: the same request may fare better later.
    package var isOpen: Bool {
        guard case .failure(let failure) = outcome else { return false }
        switch failure.kind {
        case .unavailable, .limited, .internalError: return true
        case .invalid, .unauthenticated, .forbidden, .notFound, .conflict, .tooLarge: return false
        }
    }
}
