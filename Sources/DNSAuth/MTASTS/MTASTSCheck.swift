package import Mail

/// Discovers a domain's policy (RFC 8461 §3): the record in the DNS, and the file over HTTPS. Keeps nothing.
package struct MTASTSCheck: Sendable {
    private let resolver: any Resolver
    private let fetcher: any HTTPFetcher
    private let timeout: Duration

    /// - Parameters:
    ///   - fetcher: must refuse certificates that do not hold for the host of the URL (RFC 8461 §3.3), and must not
    ///     follow redirections.
    ///   - timeout: of one fetch; RFC 8461 §3.3 suggests a minute.
    package init(resolver: any Resolver, fetcher: any HTTPFetcher, timeout: Duration = .seconds(60)) {
        self.resolver = resolver
        self.fetcher = fetcher
        self.timeout = timeout
    }

    package func record(for domain: Domain) async -> MTASTSLookup {
        if domain.isAddressLiteral { return .absent }
        do throws(ResolverFailure) {
            return MTASTSLookup(try await resolver.txt(MTASTSRecord.name(for: domain)))
        } catch {
            return .failed(error)
        }
    }

    /// - Parameter id: of the record, kept with the policy.
    package func fetch(_ domain: Domain, id: String) async -> MTASTSFetch {
        let request = HTTPFetch(
            url: Self.url(for: domain), timeout: timeout, limit: MTASTSPolicyParser.byteLimit)
        do throws(HTTPFetchFailure) {
            return Self.judge(try await fetcher.fetch(request), id: id)
        } catch {
            return .failure(MTASTSFetchFailure(error))
        }
    }

    /// RFC 8461 §3.3: `mta-sts.` in front of the domain, and this path.
    package static func url(for domain: Domain) -> String {
        "https://mta-sts.\(domain.text)/.well-known/mta-sts.txt"
    }

    /// What an answer to the fetch amounts to.
    package static func judge(_ answer: HTTPFetched, id: String) -> MTASTSFetch {
        // RFC 8461 §3.3: redirections are not followed, and any other status than 200 is a failure.
        guard answer.status == 200 else { return .failure(.fetch(reason: "HTTP status \(answer.status)")) }
        // RFC 8461 §3.2: so that a page where visitors can write is not taken for a policy.
        guard answer.contentType == "text/plain" else {
            let type = PolicyReason.clean(answer.contentType)
            return .failure(.fetch(reason: type.isEmpty ? "no content type" : "content type \(type)"))
        }
        do throws(MTASTSPolicyFailure) {
            return .policy(try MTASTSPolicyParser.parse(answer.body, id: id))
        } catch {
            return .failure(.invalid(reason: error.reason))
        }
    }
}

/// What a fetch came to.
package enum MTASTSFetch: Hashable, Sendable {
    case policy(MTASTSPolicy)
    case failure(MTASTSFetchFailure)
}

extension MTASTSFetchFailure {
    init(_ failure: HTTPFetchFailure) {
        self =
            switch failure {
            case .tls(let reason): .certificate(reason: reason)
            case .badURL: .fetch(reason: "no host of this name can be asked")
            case .unresolvable: .fetch(reason: "the policy host has no address")
            case .forbiddenAddress: .fetch(reason: "the policy host has no public address")
            case .unreachable(let reason): .fetch(reason: reason)
            case .timedOut: .fetch(reason: "timed out")
            case .tooLarge(let limit): .fetch(reason: "longer than \(limit) bytes")
            case .malformed(let reason): .fetch(reason: reason)
            case .cancelled: .fetch(reason: "cancelled")
            }
    }
}
