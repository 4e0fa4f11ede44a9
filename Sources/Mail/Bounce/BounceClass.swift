/// What a refusal says about the address: the `class` of the contract.
///
/// Only `hard` and `soft` are about the recipient. What receivers think of the sender, its addresses, its pace or its
/// content is `block`, whatever the reply code was: it must never count against an address.
public enum BounceClass: String, Hashable, Sendable, CaseIterable {
    /// Never mail it again.
    case hard
    /// It may work another time.
    case soft
    /// The sender or the content was refused, not the address.
    case block
    case undetermined
}
