/// How seals are made.
package struct ARCSealOptions: Sendable {
    /// What the message signature covers. Without Authentication-Results: whoever comes next may take ours out
    /// (RFC 8617 §4.1.2).
    package var fields = SignedFields.recommended
    package var canonicalization = CanonicalizationPair.relaxed
    /// Characters of the lines into which `b=` is folded, 4 to 900.
    package var signatureLineLength = 72

    package init() {}
}
