package import Mail

/// Where policies outlive the process. Without it an attacker who makes a restart happen could make the engine forget
/// what it knows (RFC 8461 §10.2).
package protocol MTASTSPolicyStore: Sendable {
    /// All that was saved last; empty when nothing was.
    func load() async throws(MTASTSStoreFailure) -> [StoredMTASTSPolicy]
    /// Replaces all that was saved, as a whole or not at all.
    func save(_ policies: [StoredMTASTSPolicy]) async throws(MTASTSStoreFailure)
}

/// A policy, whose it is, and since when.
package struct StoredMTASTSPolicy: Hashable, Sendable {
    package var domain: Domain
    package var policy: MTASTSPolicy
    package var fetchedAt: WallTime

    package init(domain: Domain, policy: MTASTSPolicy, fetchedAt: WallTime) {
        self.domain = domain
        self.policy = policy
        self.fetchedAt = fetchedAt
    }

    /// RFC 8461 §3.2: `max_age` counts from the fetch.
    package var expiresAt: WallTime { fetchedAt + .seconds(policy.maxAge) }
}

package enum MTASTSStoreFailure: Error, Hashable, Sendable {
    /// The system call that failed, and why.
    case file(operation: String, errno: Int32)
    /// Not a file of ours, or damaged: the line, from 1.
    case damaged(line: Int)
}
