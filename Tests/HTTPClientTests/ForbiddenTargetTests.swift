import Loop
import Mail
import Testing

@testable import HTTPClient

/// What strangers may not make this engine connect to, or send.
@Suite(.timeLimit(.minutes(2))) struct ForbiddenTargetTests {
    static let literals = [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "10.0.0.1", "169.254.169.254",
        "2852039166", "192.168.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[fd00:ec2::254]", "[fe80::1]", "%31%32%37.0.0.1",
    ]

    @Test func neitherNamesNorNumbersLeadInside() async throws {
        guard let rig = try FetchRig("forbidden targets", { $0.allowsLoopback = false }) else { return }
        let names = ["good.example", "metadata.example", "private.example", "loopback6.example", "mixed.example"]
        for host in names + Self.literals {
            #expect(await rig.failure("https://\(host)/ok") == .forbiddenAddress, "\(host)")
        }
        #expect(rig.lookups.all == names, "each name is looked up once, a number never")
        for host in ["nowhere.example", "empty.example", "broken-dns.example"] {
            #expect(await rig.failure("https://\(host)/ok") == .unresolvable, "\(host)")
        }
        await rig.stop()
    }

    @Test func ofSeveralAddressesOnlyThePermittedAreTried() async throws {
        guard let rig = try FetchRig("mixed addresses") else { return }
        // The certificate does not hold for this name, but the connection came about.
        guard case .tls? = await rig.failure("https://mixed.example/ok") else {
            Issue.record("the permitted address was not tried")
            return await rig.stop()
        }
        await rig.stop()
    }

    @Test func theConnectionItselfIsCheckedAgain() throws {
        let permitted = IPAddress.v4(0x0808_0808)
        let exchange = try Exchange(
            HTTPFetch(url: "https://a.example/", timeout: .seconds(1), limit: 1), options: HTTPClientOptions(),
            addressGuard: AddressGuard())
        exchange.addresses = [permitted, .v4(0x7F00_0001)]
        #expect(exchange.mayConnect(to: permitted))
        #expect(!exchange.mayConnect(to: .v4(0x7F00_0001)), "known, but not permitted")
        #expect(!exchange.mayConnect(to: .v4(0x0808_0404)), "permitted, but never looked up")
    }

    @Test(arguments: [
        "", "good.example", "//good.example/", "ftp://good.example/", "file:///etc/passwd", "gopher://good.example/",
        "http://good.example/ok", "https://", "https:///ok", "https://user@good.example/", "https://:pw@good.example/",
        "https://good.example:0/", "https://good.example:65536/", "https://good.example:x/", "https://go od.example/",
        "https://good..example\u{0}/", "https://g\u{f6}\u{f6}d.example/", "https://[fe80::1%25eth0]/", "https://[::1/",
        "https://a,b.example/", "https://.good.example/", "https://good.example\r\nHost: x/", "https://a:b:c/",
        "https://" + String(repeating: "a", count: 300) + "/",
        "https://good.example/" + String(repeating: "a", count: 9_000),
    ])
    func isNoURL(_ url: String) {
        let request = HTTPFetch(url: url, timeout: .seconds(1), limit: 1)
        #expect(throws: HTTPFetchFailure.badURL) {
            try Exchange(request, options: HTTPClientOptions(), addressGuard: AddressGuard())
        }
    }

    @Test func plainHTTPOnlyByOption() async throws {
        guard let rig = try FetchRig("plain HTTP", { $0.allowsPlainHTTP = true }) else { return }
        #expect(try await rig.get("http://good.example/ok").get().status == 200)
        await rig.stop()
    }

    @Test(arguments: [
        ("Bad Name", "x"), ("", "x"), ("X:", "x"), ("X", "a\r\nInjected: b"), ("X", "a\nb"), ("X", "a\u{0}b"),
        ("Host", "inner.example"), ("content-length", "5"), ("Transfer-Encoding", "chunked"),
    ])
    func isNoHeaderField(name: String, value: String) {
        let request = HTTPFetch(
            url: "https://good.example/", headers: [(name, value)], timeout: .seconds(1), limit: 1)
        #expect(throws: HTTPFetchFailure.badURL) {
            try Exchange(request, options: HTTPClientOptions(), addressGuard: AddressGuard())
        }
    }
}
