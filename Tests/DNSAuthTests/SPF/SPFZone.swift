import Foundation
import Mail

@testable import DNSAuth

/// A DNS made of the zone data of a suite, one table for each record type.
struct SPFZone: Resolver, Codable {
    struct Name: Codable {
        var txt: [String] = []
        var a: [String] = []
        var aaaa: [String] = []
        var mx: [Exchange] = []
        var ptr: [String] = []
        var cname: String?
        /// Types, in lower case, for which nobody answers.
        var timeouts: [String] = []
    }

    struct Exchange: Codable {
        var preference: UInt16
        var host: String
    }

    var names: [String: Name] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        names = try decoder.singleValueContainer().decode([String: Name].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(names)
    }

    subscript(_ name: String) -> Name {
        get { names[name] ?? Name() }
        set { names[name] = newValue }
    }

    private func find<Record>(
        _ name: String, _ type: String, _ pick: (Name) -> [Record]
    ) throws(ResolverFailure) -> Answer<Record> {
        // Names that are put to a real resolver pass this; those of the suites go further, with spaces in them.
        guard SPFName.isAskable(name) else { throw .badName }
        var name = SPFName.canonical(name)
        for _ in 0..<10 {
            guard let entry = names[name] else { return Answer(status: .nonexistent, canonicalName: name, ttl: 60) }
            if entry.timeouts.contains(type) { throw .timeout }
            let records = pick(entry)
            if !records.isEmpty { return Answer(status: .found, records: records, canonicalName: name, ttl: 60) }
            guard let next = entry.cname else { return Answer(status: .noData, canonicalName: name, ttl: 60) }
            name = SPFName.canonical(next)
        }
        throw .malformed
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        var answer = try find(name, "mx") { $0.mx.map { MXRecord(preference: $0.preference, exchange: $0.host) } }
        answer.records.sort { $0.preference < $1.preference }
        return answer
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        let four = try find(name, "a") { $0.a.compactMap { IPAddress($0) } }
        let six = try find(name, "aaaa") { $0.aaaa.compactMap { IPAddress($0) } }
        guard four.status == .found else { return six }
        var both = four
        both.records += six.records
        return both
    }

    func addresses(_ name: String, family: IPFamily) async throws(ResolverFailure) -> Answer<IPAddress> {
        switch family {
        case .v4: try find(name, "a") { $0.a.compactMap { IPAddress($0) } }
        case .v6: try find(name, "aaaa") { $0.aaaa.compactMap { IPAddress($0) } }
        }
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try find(name, "txt", \.txt) }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        Answer(status: .nonexistent, canonicalName: name, ttl: 60)
    }

    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        try find(try DNSName.reverse(of: address).text, "ptr", \.ptr)
    }
}
