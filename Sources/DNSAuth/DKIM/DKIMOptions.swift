/// How signatures are made.
package struct DKIMOptions: Sendable {
    package var fields = SignedFields.recommended
    package var canonicalization = CanonicalizationPair.relaxed
    /// `x=` (RFC 6376 §3.5) is the time of signing and this; `nil` leaves it out, because mail may wait in a queue for
    /// days.
    package var lifetime: Duration?

    package init() {}
}
