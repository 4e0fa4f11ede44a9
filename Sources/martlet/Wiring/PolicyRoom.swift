import DNSAuth
import HTTPClient
import Loop
import MTA
import Mail

/// What the engine learns of other people's TLS policies: the web client, the MTA-STS cache with its file, and DANE.
struct PolicyRoom {
    let fetcher: CurlFetcher
    let sts: MTASTSCache
    let policies: PublishedTLSPolicies
    /// Whom outgoing connections trust.
    let trust: TLSClientContext

    init(
        _ configuration: Configuration, resolver: any Resolver, loop: EventLoop, time: any TimeSource
    ) throws(StartFailure) {
        let outside = configuration.outside
        trust = try Self.trust(configuration)
        var options = HTTPClientOptions()
        options.caFile = outside.caFile
        options.allowsLoopback = outside.allowsLoopback
        options.allowedNetworks = outside.allowedNetworks
        fetcher = CurlFetcher(options: options, resolver: resolver, on: loop)
        let store = FilePolicyStore(
            path: "\(configuration.data)/mta-sts.policies", pool: BlockingPool(name: "martlet-policies", threads: 1))
        sts = MTASTSCache(
            check: MTASTSCheck(resolver: resolver, fetcher: fetcher), store: store, time: time, executor: loop)
        policies = PublishedTLSPolicies(resolver: resolver, sts: sts)
    }

    /// Also for `serve --check`.
    static func trust(_ configuration: Configuration) throws(StartFailure) -> TLSClientContext {
        let file = configuration.outside.caFile
        do { return try TLSClientContext(trust: file.map { .file($0) } ?? .system) } catch {
            guard let file else { throw StartFailure("TLS cannot be used: \(error.reason)") }
            throw StartFailure("the certificates of outside.ca_file, \(file), cannot be used: \(error.reason)")
        }
    }
}
