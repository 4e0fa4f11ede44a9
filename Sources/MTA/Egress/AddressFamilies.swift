import Mail

/// Which families of addresses a source can reach.
struct AddressFamilies: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    static let v4 = Self(rawValue: 1)
    static let v6 = Self(rawValue: 2)
    static let all: Self = [.v4, .v6]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(of address: IPAddress) {
        switch IPFamily(of: address) {
        case .v4: self = .v4
        case .v6: self = .v6
        }
    }
}

extension EgressSource {
    /// The address that connections to a target of this family come from.
    func address(towards target: IPAddress) -> IPAddress? {
        addresses.first { IPFamily(of: $0) == IPFamily(of: target) }
    }

    var families: AddressFamilies {
        let own = addresses.reduce(into: AddressFamilies()) { $0.formUnion(AddressFamilies(of: $1)) }
        switch proxy?.kind {
        // The proxy has the address, and knows what it can reach.
        case .socks5?: return .all
        // What cannot be put into the header cannot be asked for.
        case .haproxy?: return own
        case nil: return addresses.isEmpty ? .all : own
        }
    }

    /// Whether a connection that the one has opened is as good as one that the other would: the same way out under the
    /// same name. After a reload the same name may stand for another address.
    static func isSameWay(_ a: EgressSource?, _ b: EgressSource?) -> Bool {
        if a === b { return true }
        guard let a, let b else { return false }
        return a.name == b.name && a.addresses == b.addresses && a.heloName == b.heloName && a.proxy == b.proxy
    }
}
