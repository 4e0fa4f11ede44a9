import ControlAPI
import Foundation
import HTTPClient
import Loop
import Mail

/// Asks a running server over its HTTP API.
struct ControlClient: Sendable {
    private let base: String
    private let key: String
    private let loops: LoopGroup
    private let fetcher: CurlFetcher

    /// - Parameter url: of the API, no path; the user's own choice, so private addresses and plain HTTP are fine.
    init(url: String, key: String) throws {
        base = String(url.reversed().drop { $0 == "/" }.reversed())
        self.key = key
        var options = HTTPClientOptions()
        options.allowsPlainHTTP = true
        options.allowsLoopback = true
        options.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { IPNetwork($0) }
        options.connectTimeout = .seconds(5)
        loops = try EngineProcess.loops(1)
        loops.start()
        fetcher = CurlFetcher(options: options, resolver: HostsResolver(), on: loops.loops[0])
    }

    /// - Throws: `OperatorFailure` with what the server said, or why it said nothing.
    func ask(_ request: OperatorRequest) async throws(OperatorFailure) -> OperatorAnswer {
        let method: HTTPFetch.Method =
            switch request.method {
            case .get: .get
            case .post: .post
            }
        var headers = [(name: "X-API-Key", value: key), (name: "Accept", value: "application/json")]
        if !request.body.isEmpty { headers.append((name: "Content-Type", value: "application/json")) }
        let fetched: HTTPFetched
        do {
            fetched = try await fetcher.fetch(
                HTTPFetch(
                    method, url: base + request.path, headers: headers, body: request.body, timeout: .seconds(60),
                    limit: 256 << 20))
        } catch { throw OperatorFailure(message: words(for: error)) }
        return try OperatorAnswer(status: fetched.status, body: fetched.body)
    }

    func close() async {
        await fetcher.close()
        loops.stop()
    }

    private func words(for failure: HTTPFetchFailure) -> String {
        switch failure {
        case .badURL: "--url: '\(base)' is not a URL such as http://127.0.0.1:8025"
        case .unresolvable: "the host of \(base) has no address"
        case .forbiddenAddress: "the address of \(base) cannot be used"
        case .unreachable(let reason): "no server answers at \(base): \(reason)"
        case .tls(let reason): "no TLS with \(base): \(reason)"
        case .timedOut: "the server at \(base) did not answer in time"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .malformed(let reason): "what answers at \(base) is no HTTP server: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}
