import CLDNS
import Mail

/// Owns one `ldns_pkt` for the length of one function: a query is built and written, or an answer is read and copied,
/// and the packet is freed on return. No ldns pointer outlives the call, and ldns never sees a socket.
@safe struct DNSPacket: ~Copyable {
    private let raw: UnsafeMutablePointer<ldns_pkt>

    private init(_ raw: UnsafeMutablePointer<ldns_pkt>) { unsafe self.raw = raw }

    deinit { unsafe ldns_pkt_free(raw) }

    /// RFC 6891 §6.2.5, and the size that passes every path unfragmented (DNS flag day 2020).
    static let datagramSize: UInt16 = 1232

    /// More records than any honest answer of 64 KiB for the types we ask has; a bound for what is copied.
    static let recordLimit = 1024

    static func query(
        name: [UInt8], type: RecordType, id: UInt16, edns: Bool, authentic: Bool
    ) throws(ResolverFailure) -> [UInt8] {
        let owner = unsafe name.withUnsafeBytes { bytes in
            unsafe ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, bytes.count, bytes.baseAddress)
        }
        guard let owner = unsafe owner else { throw .badName }
        let flags = UInt16(LDNS_RD) | (authentic ? UInt16(LDNS_AD) : 0)
        // The packet takes the name over.
        let raw = unsafe ldns_pkt_query_new(owner, ldns_rr_type(UInt32(type.rawValue)), LDNS_RR_CLASS_IN, flags)
        guard let raw = unsafe raw else { throw .badName }
        return try unsafe DNSPacket(raw).encoded(id: id, edns: edns)
    }

    private borrowing func encoded(id: UInt16, edns: Bool) throws(ResolverFailure) -> [UInt8] {
        unsafe ldns_pkt_set_id(raw, id)
        if edns { unsafe ldns_pkt_set_edns_udp_size(raw, Self.datagramSize) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard unsafe ldns_pkt2wire(&bytes, raw, &count) == LDNS_STATUS_OK, let bytes = unsafe bytes else {
            throw .badName
        }
        defer { unsafe free(bytes) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Any sequence of bytes gives a message or `.malformed`.
    static func parse(_ bytes: [UInt8]) throws(ResolverFailure) -> DNSMessage {
        guard bytes.count >= 12, bytes.count <= 65_535 else { throw .malformed }
        // ldns allocates per record as it goes, so what the header promises is bounded before it starts.
        let promised = stride(from: 4, to: 12, by: 2).reduce(0) { $0 + Int(bytes[$1]) << 8 + Int(bytes[$1 + 1]) }
        guard promised <= recordLimit else { throw .malformed }
        var raw: UnsafeMutablePointer<ldns_pkt>?
        let status = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe ldns_wire2pkt(&raw, buffer.baseAddress, buffer.count)
        }
        guard status == LDNS_STATUS_OK, let raw = unsafe raw else { throw .malformed }
        return unsafe DNSPacket(raw).decoded()
    }

    private borrowing func decoded() -> DNSMessage {
        unsafe DNSMessage(
            responseCode: UInt8(truncatingIfNeeded: ldns_pkt_get_rcode(raw).rawValue),
            isAuthoritative: ldns_pkt_aa(raw) != 0,
            isAuthenticated: ldns_pkt_ad(raw) != 0,
            answers: Self.records(ldns_pkt_answer(raw)),
            authority: Self.records(ldns_pkt_authority(raw)))
    }

    private static func records(_ list: UnsafeMutablePointer<ldns_rr_list>?) -> [ResourceRecord] {
        guard let list = unsafe list else { return [] }
        var records: [ResourceRecord] = []
        for index in 0..<min(unsafe ldns_rr_list_rr_count(list), recordLimit) {
            guard let rr = unsafe ldns_rr_list_rr(list, index), let record = unsafe record(rr) else { continue }
            records.append(record)
        }
        return records
    }

    private static func record(_ rr: UnsafeMutablePointer<ldns_rr>) -> ResourceRecord? {
        guard unsafe ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN,
            let owner = unsafe RDataReader.name(ldns_rr_owner(rr)),
            let data = unsafe RDataReader.data(of: rr)
        else { return nil }
        let ttl = unsafe ldns_rr_ttl(rr)
        // RFC 2181 §8: a TTL with the most significant bit set counts as zero.
        return ResourceRecord(owner: owner, ttl: ttl > UInt32(Int32.max) ? 0 : ttl, data: data)
    }
}
