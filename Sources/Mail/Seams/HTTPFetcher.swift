/// A client for HTTP requests to strangers: policy files, reports and webhooks. `HTTPClient` implements it.
public protocol HTTPFetcher: Sendable {
    /// Bounded by the request's deadline and byte limit. Never follows a redirection.
    func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched
}

public struct HTTPFetch: Sendable {
    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    /// `https` or, where the fetcher's options allow it, `http`.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// The whole exchange, from the look-up of the name to the last byte.
    public var timeout: Duration
    /// Bytes of the body; a longer one is a failure.
    public var limit: Int

    public init(
        _ method: Method = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration, limit: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.limit = limit
    }
}

public struct HTTPFetched: Sendable {
    public var status: Int
    /// Lower-case, without parameters; empty when the field is missing.
    public var contentType: String
    public var body: [UInt8]

    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

public enum HTTPFetchFailure: Error, Hashable, Sendable {
    case badURL
    /// The name has no address, or the DNS does not answer.
    case unresolvable
    /// Every address is one that this engine does not connect to: loopback, private, link-local and their like.
    case forbiddenAddress
    case unreachable(reason: String)
    /// The certificate does not hold for the name, or no TLS session came about.
    case tls(reason: String)
    case timedOut
    case tooLarge(limit: Int)
    /// What came is not HTTP, or broke off.
    case malformed(reason: String)
    case cancelled
}
