import Foundation
import Mail
import Testing

@testable import DNSAuth

/// Every kind of answer from a real name server, NSD.
@Suite(.timeLimit(.minutes(1))) struct AuthoritativeServerTests {
    @Test func everyKindOfAnswer() async throws {
        guard let nsd = Tool.find("nsd", for: "answers of a real name server") else { return }
        let folder = try TemporaryFolder()
        for (name, text) in TestZones.all { try folder.write(text, to: "\(name).zone") }
        let server = try AuthoritativeServer(
            nsd: nsd, zones: TestZones.all.map { ($0.0, folder.url.appending(path: "\($0.0).zone")) }, folder: folder)
        let live = try LiveResolver(server.address)
        defer { live.stop() }
        try await live.waitUntilServed("mail.example")
        let resolver = live.resolver

        let one = try await resolver.mx("one.mail.example")
        #expect(one.records == [MXRecord(preference: 10, exchange: "mx1.mail.example")])
        #expect(one.ttl == 120 && one.canonicalName == "one.mail.example")

        let multi = try await resolver.mx("MULTI.mail.example.")
        #expect(multi.records.map(\.preference) == [10, 10, 20])
        #expect(multi.records.map(\.exchange) == ["mx0.mail.example", "mx1.mail.example", "mx2.mail.example"])

        // RFC 7505 §3.
        #expect(try await resolver.mx("null.mail.example").records == [MXRecord(preference: 0, exchange: "")])

        let alias = try await resolver.mx("alias.mail.example")
        #expect(alias.records == one.records && alias.canonicalName == "one.mail.example" && alias.ttl == 120)
        #expect(try await resolver.mx("long1.mail.example").canonicalName == "one.mail.example")

        let away = try await resolver.mx("away.mail.example")
        #expect(away.canonicalName == "target.other.example")
        #expect(away.records.map(\.exchange) == ["mx1.mail.example"] && away.ttl == 30)

        await #expect(throws: ResolverFailure.self, "an alias loop") { try await resolver.mx("loop1.mail.example") }

        let dangling = try await resolver.mx("dangling.mail.example")
        #expect(dangling.status == .nonexistent && dangling.canonicalName == "nowhere.mail.example")

        let gone = try await resolver.mx("gone.mail.example")
        #expect(gone.status == .nonexistent && gone.records.isEmpty && gone.ttl == 60)
        #expect(try await resolver.mx("empty.mail.example").status == .noData)
        // RFC 8020 §2: a name with names below it exists.
        #expect(try await resolver.mx("under.here.mail.example").status == .noData)

        #expect(try await Set(resolver.txt("txt.mail.example").records) == ["v=spf1 -all", "second"])
        #expect(resolver.counts.streams == 0)
        #expect(try await resolver.txt("big.mail.example").records == [TestZones.bigText.joined()])
        #expect(resolver.counts.streams == 1, "fetched over TCP")

        let tlsa = try await resolver.tlsa("_25._tcp.mx1.mail.example")
        let bytes = Array(repeating: [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF] as [UInt8], count: 4).flatMap {
            $0
        }
        #expect(tlsa.records == [TLSARecord(usage: 3, selector: 1, matchingType: 1, data: bytes)])
        #expect(try await resolver.tlsa("_25._tcp.mx9.mail.example").status == .nonexistent)

        let v6 = IPAddress.v6(high: 0x2001_0db8_0000_0000, low: 1)
        let addresses = try await resolver.addresses("mx1.mail.example").records
        #expect(addresses.first == v6)
        #expect(Set(addresses.dropFirst()) == [.v4(0xC000_0201), .v4(0xC000_0202)])
        #expect(try await resolver.addresses("six.mail.example").records == [.v6(high: 0x2001_0db8_0000_0000, low: 6)])
        #expect(try await resolver.addresses("empty.mail.example").status == .noData)
        #expect(try await resolver.addresses("gone.mail.example").status == .nonexistent)

        #expect(try await resolver.ptr(.v4(0xC000_0201)).records == ["mx1.mail.example"])
        #expect(try await resolver.ptr(v6).records == ["mx1.mail.example"])
        #expect(try await resolver.ptr(.v4(0xC000_02FE)).status == .nonexistent)

        // A zone that the server does not have: REFUSED.
        await #expect(throws: ResolverFailure.server(rcode: 5)) { try await resolver.mx("elsewhere.invalid") }
    }
}
