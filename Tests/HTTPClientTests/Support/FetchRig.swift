import Foundation
import HTTPClient
import Loop
import Mail
import MartletTesting
import Synchronization

/// A client on a loop of its own, in front of the test server: every name of the tables leads to it.
final class FetchRig {
    let loop: EventLoop
    let client: CurlFetcher
    let server: HTTPSServer
    let lookups = Lookups()

    /// `nil`, and a visible line, where the machine lacks a program.
    init?(_ test: String, _ change: (inout HTTPClientOptions) -> Void = { _ in }) throws {
        guard let certificates = try TestCertificates(for: test) else { return nil }
        server = try HTTPSServer(certificates)
        let kept = certificates
        loop = try EventLoop(index: 0)
        loop.start()
        var options = HTTPClientOptions()
        options.caFile = kept.authority
        options.allowsLoopback = true
        options.portMap = [443: server.port, 80: server.plainPort, 444: server.brokenPort]
        change(&options)
        var table = FakeResolver()
        let names = ["good", "wrong", "expired", "future", "self", "old", "a.wild", "a.b.wild"]
        for name in names { table.addresses["\(name).example"] = [.v4(0x7F00_0001)] }
        table.addresses["metadata.example"] = [.v4(0xA9FE_A9FE)]
        table.addresses["private.example"] = [.v4(0x0A00_0001), .v6(high: 0xFD00_0000_0000_0000, low: 1)]
        table.addresses["loopback6.example"] = [.v6(high: 0, low: 1)]
        table.addresses["mixed.example"] = [.v4(0x0A00_0001), .v4(0x7F00_0001)]
        table.failures["broken-dns.example"] = .timeout
        table.empty = ["empty.example"]
        self.options = options
        resolver = CountingResolver(table: table, lookups: lookups)
        client = CurlFetcher(options: options, resolver: resolver, on: loop)
        certificatesOwner = kept
    }

    private let certificatesOwner: TestCertificates
    private let options: HTTPClientOptions
    private let resolver: CountingResolver

    /// A client like this one's, on the same loop.
    func another() -> CurlFetcher { CurlFetcher(options: options, resolver: resolver, on: loop) }

    /// To be called at the end.
    func stop() async {
        await client.close()
        loop.stop()
    }

    func get(
        _ url: String, timeout: Duration = .seconds(30), limit: Int = 65_536
    ) async -> Result<
        HTTPFetched, HTTPFetchFailure
    > {
        await fetch(HTTPFetch(url: url, timeout: timeout, limit: limit))
    }

    func fetch(_ request: HTTPFetch) async -> Result<HTTPFetched, HTTPFetchFailure> {
        do throws(HTTPFetchFailure) { return .success(try await client.fetch(request)) } catch {
            return .failure(error)
        }
    }

    func failure(_ url: String, timeout: Duration = .seconds(30), limit: Int = 65_536) async -> HTTPFetchFailure? {
        switch await get(url, timeout: timeout, limit: limit) {
        case .success: nil
        case .failure(let failure): failure
        }
    }

    /// A counter of the server.
    func state(_ name: String) async throws -> Int {
        let body = try await get("https://good.example/state").get().body
        let json = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Int]
        return json?[name] ?? -1
    }
}

final class Lookups: Sendable {
    private let names = Mutex<[String]>([])
    var all: [String] { names.withLock { $0 } }
    func note(_ name: String) { names.withLock { $0.append(name) } }
}

struct CountingResolver: Resolver {
    var table: FakeResolver
    var lookups: Lookups

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        lookups.note(name)
        return try await table.addresses(name)
    }
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await table.mx(name) }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await table.txt(name) }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await table.tlsa(name) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await table.ptr(address) }
}
