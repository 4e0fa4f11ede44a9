import Mail

/// One record of class IN, copied out of a packet.
struct ResourceRecord: Hashable, Sendable {
    var owner: DNSName
    /// Seconds; a value with the top bit set has become 0 (RFC 2181 §8).
    var ttl: UInt32
    var data: RecordData
}

/// The types that are read. All others are dropped when the packet is copied.
enum RecordData: Hashable, Sendable {
    case address(IPAddress)
    case nameServer
    case alias(DNSName)
    /// The MINIMUM field, which bounds how long a negative answer is kept (RFC 2308 §5).
    case startOfAuthority(minimum: UInt32)
    case pointer(DNSName)
    case mx(MXRecord)
    case txt(String)
    case tlsa(TLSARecord)

    /// Whether the record answers a question of this type.
    func answers(_ type: RecordType) -> Bool {
        switch self {
        case .address(.v4): type == .a
        case .address(.v6): type == .aaaa
        case .nameServer: type == .ns
        case .alias: type == .cname
        case .startOfAuthority: type == .soa
        case .pointer: type == .ptr
        case .mx: type == .mx
        case .txt: type == .txt
        case .tlsa: type == .tlsa
        }
    }
}
