import Glibc
import Mail

/// The names of this machine as every program of it knows them, /etc/hosts included: for commands, never for mail.
/// Blocks its thread for as long as the system takes.
struct HostsResolver: Resolver {
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &first) == 0 else {
            return Answer(status: .nonexistent, canonicalName: name, ttl: 0)
        }
        defer { unsafe freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            if let address = unsafe Self.address(entry.pointee), !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return Answer(status: found.isEmpty ? .noData : .found, records: found, canonicalName: name, ttl: 0)
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = unsafe getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return IPAddress(String(name.prefix { $0 != "%" }))
    }

    // Nothing but addresses is asked for.
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .badName }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { throw .badName }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .badName }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .badName }
}
