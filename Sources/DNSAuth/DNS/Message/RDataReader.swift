import CLDNS
import Mail

/// Copies the fields of one parsed record. Every field is checked for its presence and its size: a record whose RDATA
/// is too short, too long or of another shape is `nil` and gets dropped.
enum RDataReader {
    static func data(of rr: UnsafeMutablePointer<ldns_rr>) -> RecordData? {
        guard let type = unsafe RecordType(rawValue: UInt16(truncatingIfNeeded: ldns_rr_get_type(rr).rawValue))
        else { return nil }
        let fields = unsafe Fields(rr)
        switch type {
        case .a: return fields.integer(0, bytes: 4).map { .address(.v4(UInt32($0))) }
        case .aaaa:
            guard let bytes = fields.bytes(0), bytes.count == 16 else { return nil }
            let words = stride(from: 0, to: 16, by: 8).map {
                bytes[$0..<$0 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            return .address(.v6(high: words[0], low: words[1]))
        case .ns: return .nameServer
        case .cname: return fields.name(0).map { .alias($0) }
        case .ptr: return fields.name(0).map { .pointer($0) }
        case .soa: return fields.integer(6, bytes: 4).map { .startOfAuthority(minimum: UInt32($0)) }
        case .mx:
            guard let preference = fields.integer(0, bytes: 2), let exchange = fields.name(1) else { return nil }
            // RFC 7505 §3: the root name, here the empty text, is the null MX.
            return .mx(MXRecord(preference: UInt16(preference), exchange: exchange.text))
        case .txt: return fields.joinedStrings().map { .txt(String(decoding: $0, as: UTF8.self)) }
        case .tlsa:
            // RFC 6698 §2.1: three octets and the association data.
            guard let usage = fields.integer(0, bytes: 1), let selector = fields.integer(1, bytes: 1),
                let matching = fields.integer(2, bytes: 1), let data = fields.bytes(3)
            else { return nil }
            return .tlsa(
                TLSARecord(
                    usage: UInt8(usage), selector: UInt8(selector), matchingType: UInt8(matching), data: data))
        }
    }

    static func name(_ field: UnsafeMutablePointer<ldns_rdf>?) -> DNSName? {
        guard let bytes = unsafe copy(field) else { return nil }
        return DNSName(wire: bytes.span)
    }

    fileprivate static func copy(_ field: UnsafeMutablePointer<ldns_rdf>?) -> [UInt8]? {
        guard let field = unsafe field, let data = unsafe ldns_rdf_data(field) else { return nil }
        let count = unsafe ldns_rdf_size(field)
        return unsafe Array(UnsafeBufferPointer(start: data, count: count))
    }

    /// The RDATA fields of one record, by index. Lives inside the call that reads the packet.
    @safe private struct Fields {
        private let rr: UnsafeMutablePointer<ldns_rr>
        private let count: Int

        init(_ rr: UnsafeMutablePointer<ldns_rr>) {
            unsafe self.rr = rr
            count = unsafe ldns_rr_rd_count(rr)
        }

        func bytes(_ index: Int) -> [UInt8]? {
            guard index < count else { return nil }
            return unsafe RDataReader.copy(ldns_rr_rdf(rr, index))
        }

        func integer(_ index: Int, bytes size: Int) -> UInt64? {
            guard let bytes = bytes(index), bytes.count == size else { return nil }
            return bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }

        func name(_ index: Int) -> DNSName? {
            guard index < count else { return nil }
            return unsafe RDataReader.name(ldns_rr_rdf(rr, index))
        }

        /// RFC 1035 §3.3.14: each field is a length byte and so many bytes. They are joined without a separator.
        func joinedStrings() -> [UInt8]? {
            guard count > 0 else { return nil }
            var joined: [UInt8] = []
            for index in 0..<count {
                guard let string = bytes(index), let length = string.first, string.count == Int(length) + 1 else {
                    return nil
                }
                joined.append(contentsOf: string.dropFirst())
            }
            return joined
        }
    }
}
