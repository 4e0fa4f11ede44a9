/// A parsed answer: the header bits that decide, and the two sections that are believed.
///
/// The additional section is never read: a name found there is asked for instead, which costs a query and leaves
/// nothing to poison (RFC 5452 §6).
struct DNSMessage: Hashable, Sendable {
    /// The four bits of RFC 1035 §4.1.1.
    var responseCode: UInt8
    var isAuthoritative: Bool
    /// AD (RFC 4035 §3.2.3).
    var isAuthenticated: Bool
    var answers: [ResourceRecord]
    var authority: [ResourceRecord]
}

/// RFC 1035 §4.1.1. Only the codes that change what is done next have a name.
enum ResponseCode {
    static let noError: UInt8 = 0
    static let formatError: UInt8 = 1
    static let nonexistentDomain: UInt8 = 3
    static let notImplemented: UInt8 = 4
}
