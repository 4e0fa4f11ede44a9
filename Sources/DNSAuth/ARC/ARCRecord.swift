/// The three fields that one sealer added (RFC 8617 §4.2), as places in a `ContentHeader`.
struct ARCSet: Hashable, Sendable {
    /// 1 for the first sealer.
    var instance: Int
    /// ARC-Authentication-Results.
    var results: Int
    /// ARC-Message-Signature.
    var message: Int
    /// ARC-Seal.
    var seal: Int
}

/// The status that a sealer found when the message came in (RFC 8617 §4.1.3: `cv=`).
enum ARCChainStatus: String, Hashable, Sendable {
    case none
    case pass
    case fail
}

/// RFC 8617 §4.1: the names of the fields, lower-case.
enum ARCField {
    static let results = Array("arc-authentication-results".utf8)
    static let message = Array("arc-message-signature".utf8)
    static let seal = Array("arc-seal".utf8)
}

/// Why a chain does not hold. There is no temporary failure: whatever goes wrong is a `fail` that stays
/// (RFC 8617 §5.2.1).
enum ARCFailure: Error, Hashable, Sendable {
    /// The instance of a field is missing, unreadable, or outside 1...50.
    case badInstance(String)
    case duplicate(String, instance: Int)
    case missing(String, instance: Int)
    case tooManyFields
    case tooLong
    /// The seal has `h=`.
    case sealNamesFields(instance: Int)
    /// The message signature covers a seal, which comes later.
    case signsSeal(instance: Int)
    case wrongStatus(instance: Int)
    /// The newest sealer says itself that the chain was broken when it came in.
    case alreadyFailed(instance: Int)
    /// The key, the hash or the signature, in the words of DKIM.
    case message(String, instance: Int)
    case seal(String, instance: Int)

    /// One line for people, without anything a stranger wrote.
    var reason: String {
        switch self {
        case .badInstance(let name): "\(name) has no instance between 1 and 50"
        case .duplicate(let name, let instance): "two \(name) fields of instance \(instance)"
        case .missing(let name, let instance): "no \(name) of instance \(instance)"
        case .tooManyFields: "more than 50 ARC sets"
        case .tooLong: "more than 512 KiB of ARC fields"
        case .sealNamesFields(let instance): "ARC-Seal \(instance) has h="
        case .signsSeal(let instance): "ARC-Message-Signature \(instance) covers ARC-Seal"
        case .wrongStatus(let instance): "ARC-Seal \(instance) has the wrong cv="
        case .alreadyFailed(let instance): "ARC-Seal \(instance) says that the chain had failed"
        case .message(let reason, let instance): "ARC-Message-Signature \(instance): \(reason)"
        case .seal(let reason, let instance): "ARC-Seal \(instance): \(reason)"
        }
    }
}
